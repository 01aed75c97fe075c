import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseCron } from '../../src/core/schedule/cron-expression.ts';
import { onCalendar } from '../../src/core/schedule/on-calendar.ts';
import { nextRun } from '../../src/core/schedule/run-times.ts';
import { systemdTimer } from '../../src/core/schedule/systemd-timer.ts';
import { judgeHome, runJudge } from '../helpers/judges/judges.ts';

const START = '2026-11-28 12:00:00 UTC';
const RUNS = 12;

/** Returns the next times of OnCalendar= values as systemd computes them, joined by "or". */
async function systemdTimes(values: readonly string[]): Promise<readonly string[]> {
  const argv = [
    'systemd-analyze',
    'calendar',
    `--iterations=${RUNS}`,
    `--base-time=${START}`,
    ...values,
  ] as const;
  const { code, stdout, stderr } = await runJudge('systemd', [...argv], { TZ: 'UTC' });
  expect(code, stderr).toBe(0);
  const times = [...stdout.matchAll(/(?:Next elapse|Iter[.a-z]* #\d+): \w+ (\S+ \S+) UTC/g)].map(
    ([, time = '']) => new Date(`${time.replace(' ', 'T')}Z`).toISOString(),
  );
  return [...new Set(times)].sort().slice(0, RUNS);
}

function cronerTimes(expression: string): readonly string[] {
  const times: string[] = [];
  let at: number | null = Date.parse('2026-11-28T12:00:00Z');
  while (times.length < RUNS) {
    at = nextRun(expression, at, 'UTC');
    if (at === null) break;
    times.push(new Date(at).toISOString());
  }
  return times;
}

it('systemd and croner compute the same runs of any schedule', async () => {
  const list = (min: number, max: number) =>
    fc
      .uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 })
      .map((values) => values.join(','));
  const field = (min: number, max: number) =>
    fc.oneof(
      { weight: 2, arbitrary: fc.constant('*') },
      fc.integer({ min: 2, max: max - 1 }).map((step) => `*/${step}`),
      fc.integer({ min, max: max - 1 }).map((from) => `${from}-${max}`),
      list(min, max),
    );
  const day = fc.oneof(fc.constant('*'), list(1, 28));
  const weekday = fc.oneof(fc.constant('*'), list(0, 7), fc.constantFrom('mon-fri', '1-5/2'));
  const expressions = fc.tuple(field(0, 59), field(0, 23), day, field(1, 12), weekday);
  await fc.assert(
    fc.asyncProperty(expressions, async (fields) => {
      const expression = parseCron(fields.join(' '));
      expect(await systemdTimes(onCalendar(expression))).toEqual(cronerTimes(expression.text));
    }),
    { numRuns: 60, examples: [[['0', '0', '13', '*', '5']], [['30', '3', '*', '*', 'sun']]] },
  );
});

it.each([
  ['plain', '/srv/demo', 'root'],
  ['with spaces, quotes, specifiers and variables', '/srv/a b/"c"/100%/$HOME/\\n', 'root'],
  ['with control characters', '/srv/a\n[Service]\nExecStart=no\t\u0085', 'root'],
  ['of a directory that belongs to a user', '/srv/demo', 'daemon'],
])('systemd accepts the units of rma cache schedule install: %s', async (_name, dir, user) => {
  const home = judgeHome();
  const units = join(home, 'units');
  mkdirSync(units);
  const parts = systemdTimer({
    name: 'rma-cache-demo',
    title: `the model store ${dir}`,
    every: parseCron('0 0 13 * fri'),
    command: [process.execPath, `${dir}/main.js`, '--dest', dir, 'cache', 'schedule', 'run'],
    environment: { PATH: `/usr/bin:${dir}` },
    user,
    docker: true,
  });
  for (const { file, text } of parts) writeFileSync(join(units, file), text);
  const files = parts.map(({ file }) => join(units, file));
  const { code, stdout, stderr } = await runJudge(
    'systemd',
    ['systemd-analyze', 'verify', '--man=no', '--recursive-errors=no', ...files],
    { SYSTEMD_UNIT_PATH: `${units}:`, XDG_RUNTIME_DIR: home },
  );
  expect(`${code} ${stdout}${stderr}`.trim()).toBe('0');
});
