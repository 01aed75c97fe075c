import { expect, test } from 'vitest';
import { BlockPool } from '../../../src/adapters/http/block-pool.ts';

test('the more responses arrive, the fewer blocks each may use', () => {
  const pool = BlockPool.shared();
  const shareOf = (responses: number): number => {
    const leave = Array.from({ length: responses }, () => pool.join());
    const { share } = pool;
    for (const end of leave) end();
    return share;
  };
  expect([1, 6, 12, 16, 32, 64, 1].map(shareOf)).toEqual([8, 8, 4, 3, 3, 3, 8]);
});

test('a response that has ended is counted once', () => {
  const pool = BlockPool.shared();
  const others = Array.from({ length: 12 }, () => pool.join());
  const leave = pool.join();
  expect(pool.share).toBe(3);
  leave();
  leave();
  leave();
  expect(pool.share).toBe(4);
  for (const end of others) end();
});
