import { expect, test, vi } from 'vitest';
import { SyncPace } from '../../../src/adapters/store/transfer/sync-pace.ts';

const MIB = 1024 * 1024;

/** A file whose syncs end when the test ends them. */
function heldSyncs() {
  let now = 0;
  const ends: (() => void)[] = [];
  const sync = vi.fn(() => new Promise<void>((resolve) => ends.push(resolve)));
  const pass = (ms: number) => {
    now += ms;
  };
  return {
    pace: new SyncPace(
      () => now,
      sync,
      () => 32 * MIB,
    ),
    sync,
    ends,
    pass,
  };
}

test.each([
  ['32 MiB', 32 * MIB, 0],
  ['a second', 1, 1000],
])('[fail R7] a killed process loses at most %s of a download', async (_, bytes, ms) => {
  const { pace, sync, ends, pass } = heldSyncs();
  pass(ms - 1);
  await pace.grown(bytes - 1);
  expect(sync).not.toHaveBeenCalled();
  pass(1);
  await pace.grown(bytes);
  expect(sync).toHaveBeenCalledTimes(1);
  ends[0]?.();
  await pace.stop();
});

test('[fail D4] writing waits for a disk that is 64 MiB behind, which bounds the dirty pages', async () => {
  const { pace, ends } = heldSyncs();
  const order: string[] = [];
  await pace.grown(32 * MIB);
  await pace.grown(64 * MIB - 1);
  const write = pace.grown(64 * MIB).then(() => order.push('written'));
  await new Promise(setImmediate);
  order.push('synced');
  ends[0]?.();
  await write;
  expect(order).toEqual(['synced', 'written']);
});
