import { describe, expect, it } from 'vitest';
import { keepSchedule } from '../../../../src/app/scheduled/keep-schedule.ts';
import { runScheduled } from '../../../../src/app/scheduled/run-scheduled.ts';
import { EXIT, RmaError } from '../../../../src/core/errors.ts';
import {
  formatRun,
  parseRun,
  runFileName,
  type ScheduledRun,
} from '../../../../src/core/schedule/scheduled-run.ts';
import { FakeClock } from '../../../helpers/clock/fake-clock.ts';

const identity = { name: 'rma-cache-demo', host: 'box.lan' };

describe('a scheduled run', () => {
  const start = '2026-01-02T03:04:05.000Z';

  async function run(prune: () => Promise<string | null>, record: (run: ScheduledRun) => Promise<void>) {
    return runScheduled({ prune, runs: { record }, clock: new FakeClock() }, identity);
  }

  it.each([['removed 3 models'], [null]])('records what it did: %s', async (summary) => {
    const records: ScheduledRun[] = [];
    const done = await run(
      async () => summary,
      async (each) => void records.push(each),
    );
    const schema = 'rma.cache-run/v1';
    expect(done).toEqual({ schema, ...identity, startedAt: start, endedAt: start, summary, error: null });
    expect(records).toEqual([done]);
    expect(parseRun(formatRun(done))).toEqual(done);
  });

  it('records why it failed, and fails with that reason even if it cannot be recorded', async () => {
    const fault = new RmaError('RMA_STORE_UNWRITABLE', 'the store is read-only', {
      exitCode: EXIT.notReady,
      hint: 'mount it',
    });
    const prune = async () => Promise.reject(fault);
    const records: ScheduledRun[] = [];
    const done = await run(prune, async (each) => void records.push(each));
    expect(done).toMatchObject({
      summary: null,
      error: { code: fault.code, message: fault.message, hint: 'mount it', exitCode: 3 },
    });
    expect(parseRun(formatRun(done))).toEqual(done);
    expect(await run(prune, async () => Promise.reject(new Error('read-only')))).toEqual(done);
  });

  it('fails if it did something that cannot be recorded', async () => {
    const failing = run(
      async () => 'removed 1 model',
      async () => Promise.reject(new Error('read-only')),
    );
    await expect(failing).rejects.toThrow('read-only');
  });

  it('has a record per machine and schedule, and ignores a corrupt one', () => {
    expect(runFileName(identity)).toBe('box.lan.rma-cache-demo.json');
    expect(runFileName({ ...identity, host: '../a b' })).toBe('.._a_b.rma-cache-demo.json');
    expect(parseRun('{"schema":"rma.cache-run/v1"}')).toBeNull();
  });
});

describe('a process that keeps a schedule', () => {
  // the clock starts at 2026-01-02T03:04:05Z
  const MINUTE = 60_000;

  function kept(every: string, lastAt: string | null = null, aheadMs = 0) {
    const clock = new FakeClock();
    clock.set(aheadMs);
    const stop = new AbortController();
    const runs: string[] = [];
    const waits: string[] = [];
    const instant = (ms: number) => new Date(ms).toISOString().slice(11, 19);
    const done = keepSchedule(
      { clock, signal: stop.signal },
      {
        every,
        timeZone: 'UTC',
        last: async () => (lastAt === null ? null : { startedAt: lastAt }),
        run: async () => void runs.push(instant(clock.now())),
        onWait: (ms) => void waits.push(instant(ms)),
      },
    );
    return { clock, stop, runs, waits, done };
  }

  it('runs at each time, and wakes up often enough to notice that the clock was set', async () => {
    const { clock, stop, runs, waits, done } = kept('*/5 * * * *');
    await clock.pass(20_000);
    await clock.pass(20_000);
    await clock.pass(15_000);
    // 03:05:00: the next times are 03:10 and 03:15
    for (let nap = 0; nap < 15; nap++) await clock.pass(20_000);
    await clock.sleeping(20_000);
    expect(runs).toEqual(['03:05:00', '03:10:00']);
    expect(waits).toEqual(['03:05:00', '03:10:00', '03:15:00']);
    stop.abort();
    await done;
    expect(clock.sleepers).toBe(0);
  });

  it('starts with the run that was due while it did not run, once', async () => {
    const { clock, stop, runs, waits, done } = kept('0 3 * * *', '2025-12-30T03:00:01Z');
    await clock.sleeping(20_000);
    expect([runs, waits]).toEqual([['03:04:05'], ['03:00:00']]);
    stop.abort();
    await done;
  });

  it('keeps its times after the clock was years ahead at its start, and was set back', async () => {
    const years = 4 * 365 * 24 * 60 * MINUTE;
    const { clock, stop, runs, done } = kept('*/5 * * * *', null, years);
    await clock.sleeping(20_000);
    clock.set(-years);
    await clock.pass(20_000);
    await clock.pass(20_000);
    await clock.pass(15_000);
    await clock.sleeping(20_000);
    expect(runs).toEqual(['03:05:00']);
    stop.abort();
    await done;
  });

  it('does not repeat a run because the clock is set back by seconds', async () => {
    const { clock, stop, runs, done } = kept('*/5 * * * *');
    await clock.pass(20_000);
    await clock.pass(20_000);
    await clock.pass(15_000);
    await clock.sleeping(20_000);
    clock.set(-2000);
    await clock.pass(20_000);
    await clock.sleeping(20_000);
    expect(runs).toEqual(['03:05:00']);
    stop.abort();
    await done;
  });

  it('does not repeat a run after a restart', async () => {
    const { clock, stop, runs, done } = kept('0 3 * * *', '2026-01-02T03:00:01Z');
    await clock.sleeping(20_000);
    clock.advance(10 * MINUTE);
    expect(runs).toEqual([]);
    stop.abort();
    await done;
  });
});
