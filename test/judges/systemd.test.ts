import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { unitName, unitText } from '../../src/core/boot/boot-unit.ts';
import { judgeHome, runJudge } from '../helpers/judges/judges.ts';

/** Returns the messages of `systemd-analyze verify` about a unit. */
async function verify(text: string): Promise<string> {
  const dir = judgeHome();
  const units = join(dir, 'units');
  mkdirSync(units);
  const path = join(units, unitName('demo'));
  writeFileSync(path, text);
  const { code, stdout, stderr } = await runJudge(
    'systemd',
    ['systemd-analyze', 'verify', '--man=no', '--recursive-errors=no', path],
    { SYSTEMD_UNIT_PATH: `${units}:`, XDG_RUNTIME_DIR: dir },
  );
  return `${code} ${stdout}${stderr}`.trim();
}

it.each([
  ['plain', process.execPath, '/srv/demo'],
  ['with spaces, quotes, specifiers and variables', process.execPath, '/srv/a b/"c"/100%/$HOME/\\n'],
  ['with control characters', process.execPath, '/srv/a\n[Service]\nExecStart=no\t\u0085'],
])('[case S06] systemd accepts the unit of rma boot install: %s', async (_name, node, dir) => {
  const text = unitText({
    project: 'demo',
    command: [node, `${dir}/main.js`, '--file', `${dir}/rma.yaml`, 'boot', 'run'],
    waitSeconds: 900,
    environment: { DOCKER_HOST: `unix://${dir}/docker.sock` },
  });
  expect(await verify(text)).toBe('0');
});

it('[case S06] systemd rejects a unit with a relative command: this check can fail', async () => {
  const text = unitText({
    project: 'demo',
    command: ['./node', 'main.js'],
    waitSeconds: 900,
    environment: {},
  });
  expect(await verify(text)).not.toMatch(/^0$/);
});
