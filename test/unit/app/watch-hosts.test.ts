import { expect, it } from 'vitest';
import { type HostView, watchHosts } from '../../../src/app/hosts/watch-hosts.ts';
import { RmaError } from '../../../src/core/errors.ts';
import { FakeClock } from '../../helpers/clock/fake-clock.ts';

const INTERVAL_MS = 2_000;
const RETRY_MS = 30_000;

type Views = readonly HostView<number>[];

/** Watches two hosts, `slow` and `fast`. */
function watchTwo(poll: (name: string) => Promise<number>) {
  const clock = new FakeClock();
  const stop = new AbortController();
  let seen: (views: Views) => void = () => undefined;
  const ended = watchHosts({
    names: ['slow', 'fast'],
    poll,
    show: (views) => seen(views),
    intervalMs: INTERVAL_MS,
    retryMs: RETRY_MS,
    clock,
    signal: stop.signal,
  });
  /** Returns the next views of this kind. */
  const shown = (isIt: (views: Views) => boolean): Promise<Views> =>
    new Promise((resolve) => {
      seen = (views) => {
        if (isIt(views)) resolve(views);
      };
    });
  return { clock, stop, ended, shown };
}

const never = new Promise<never>(() => undefined);

it('a host that does not respond does not delay others, and its wait is shown', async () => {
  let polls = 0;
  const { clock, stop, ended, shown } = watchTwo(async (name) => {
    if (name === 'slow') return never;
    polls += 1;
    return polls;
  });
  for (const value of [1, 2, 3]) {
    const views = await shown(([, fast]) => fast?.result?.ok === true && fast.result.value === value);
    expect(views[0]).toEqual({ host: 'slow', result: null, waitedMs: (value - 1) * INTERVAL_MS });
    expect(views[1]?.waitedMs).toBe(0);
    clock.advance(INTERVAL_MS);
  }
  stop.abort();
  await ended;
  expect(clock.sleepers).toBe(0);
});

it('a host that failed is polled again after a longer pause', async () => {
  let isDown = true;
  let polls = 0;
  const { clock, stop, ended, shown } = watchTwo(async (name) => {
    if (name === 'slow') polls += 1;
    if (name === 'slow' && isDown) throw new RmaError('RMA_HOST_LOST', 'lost', { exitCode: 1 });
    return 1;
  });
  await shown(([slow]) => slow?.result?.ok === false && slow.result.error.code === 'RMA_HOST_LOST');
  isDown = false;
  clock.advance(INTERVAL_MS);
  await shown(([, fast]) => fast?.waitedMs === 0);
  expect(polls).toBe(1);
  clock.advance(RETRY_MS);
  const [slow] = await shown(([first]) => first?.result?.ok === true);
  expect(slow?.result).toEqual({ host: 'slow', ok: true, value: 1 });
  stop.abort();
  await ended;
});

it('an error that is no fault of the host ends the watch', async () => {
  const { ended } = watchTwo(async () => {
    throw new TypeError('a mistake');
  });
  await expect(ended).rejects.toThrow('a mistake');
});
