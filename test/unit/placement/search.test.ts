import { describe, expect, it } from 'vitest';
import { type Bin, type Item, search } from '../../../src/core/placement/search.ts';

const item = (id: string, bytes: number, over: Partial<Item> = {}): Item => ({
  id,
  gpus: 1,
  bytes,
  exclusive: false,
  candidates: [0, 1, 2, 3, 4],
  group: null,
  prefer: [],
  ...over,
});
const bin = (residual: number): Bin => ({
  residual,
  count: 0,
  alone: false,
  groups: [],
  kind: 'gpu',
  last: false,
});

describe('search', () => {
  it('leaves an empty bin to an exclusive item, whatever other items prefer', () => {
    // each bin has 10 left after the first item; only the last two are empty
    const bins = [30, 30, 30, 10, 10].map(bin);
    const first = item('first', 20, { gpus: 3 });
    const second = item('second', 5, { gpus: 2, prefer: [3, 4] });
    const alone = item('alone', 8, { exclusive: true });
    const { found, cutShort } = search([first, second, alone], bins, 1000);
    expect(cutShort).toBe(false);
    expect(found).toEqual(
      new Map([
        ['first', [0, 1, 2]],
        ['second', [3, 0]],
        ['alone', [4]],
      ]),
    );
  });

  it('proves in one step that items larger than all bins together do not fit', () => {
    const items = ['a', 'b', 'c'].map((id) => item(id, 5, { candidates: [0, 1] }));
    expect(search(items, [bin(7), bin(7)], 1000)).toEqual({ found: null, cutShort: false, nodes: 1 });
  });

  it('proves in one step that more exclusive items than empty bins do not fit', () => {
    const items = ['a', 'b'].map((id) => item(id, 5, { candidates: [0, 1], exclusive: true }));
    const bins = [bin(20), { ...bin(20), count: 1 }];
    expect(search(items, bins, 1000)).toEqual({ found: null, cutShort: false, nodes: 1 });
  });
});
