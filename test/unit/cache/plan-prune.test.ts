import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CacheView, Leftover } from '../../../src/core/cache/cache-view.ts';
import { planPrune } from '../../../src/core/cache/plan-prune.ts';
import { DEFAULT_POLICY, type PrunePolicy } from '../../../src/core/cache/policy.ts';
import type { TrashRecord } from '../../../src/core/cache/trash-record.ts';
import { hoursAgo, NOW, type Sketch, sizeOf, viewOf } from '../../helpers/builders/cache-view.ts';

const DAY = 86_400;

const linkedBlobs = fc.subarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
const flag = fc.integer({ min: 0, max: 5 }).map((number) => number === 0);
const sketch: fc.Arbitrary<Sketch> = fc.record({
  hours: fc.integer({ min: 0, max: 2000 }),
  isNeeded: flag,
  isPinned: flag,
  isLeased: flag,
  isUnknown: flag,
  blobs: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 4 }),
});
const limit = (max: number) => fc.option(fc.integer({ min: 0, max }));
const policies: fc.Arbitrary<PrunePolicy> = fc.record({
  keepSeconds: limit(40 * DAY),
  maxBytes: limit(200_000),
  minFree: fc.option(
    fc.integer({ min: 0, max: 200_000 }).map((low) => ({ lowBytes: low, highBytes: low + 5000 })),
  ),
  keepRevisions: fc.option(fc.integer({ min: 1, max: 2 })),
  filters: fc.subarray(['size>=0', 'source=hf']),
  partialsSeconds: limit(10 * DAY),
  orphansSeconds: limit(10 * DAY),
  quarantineSeconds: limit(10 * DAY),
  graceSeconds: fc.integer({ min: 0, max: 2 * DAY }),
});
const leftovers: fc.Arbitrary<readonly Leftover[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('partial', 'orphan', 'quarantine'),
    path: fc.uuid(),
    source: fc.constant('hf'),
    files: fc.constant(1),
    bytes: fc.nat(),
    diskBytes: fc.nat(),
    linkedBytes: fc.constant(0),
    modifiedAt: fc.integer({ min: 0, max: 400 }).map(hoursAgo),
    lease: fc.constantFrom('hf-m0', null),
  }),
  { maxLength: 4 },
);

describe('a plan of prune', () => {
  it('contains nothing that is needed, pinned, leased, of unknown source, or fresher than the grace period', () => {
    fc.assert(
      fc.property(fc.array(sketch, { maxLength: 6 }), policies, leftovers, (sketches, policy, items) => {
        const view = viewOf(sketches, { leftovers: items });
        for (const entry of planPrune(view, policy).entries) {
          expect(NOW - Date.parse(entry.lastUsedAt ?? '')).toBeGreaterThanOrEqual(policy.graceSeconds * 1000);
          const at = view.inventory.models.findIndex(({ path }) => path === entry.path);
          if (at < 0) {
            const item = items.find(({ path }) => path === entry.path);
            expect(view.activeLeases.has(item?.lease ?? '')).toBe(false);
            continue;
          }
          const { isNeeded, isPinned, isLeased, isUnknown } = sketches[at]!;
          expect({ isNeeded, isPinned, isLeased, isUnknown }).toEqual({
            isNeeded: false,
            isPinned: false,
            isLeased: false,
            isUnknown: false,
          });
        }
      }),
    );
  });

  it('removes exactly the content that no remaining model uses, and counts its bytes once', () => {
    fc.assert(
      fc.property(fc.array(sketch, { maxLength: 6 }), policies, linkedBlobs, (sketches, policy, linked) => {
        const view = viewOf(sketches, {}, linked);
        const { entries, diskBytes } = planPrune(view, policy);
        const gone = new Set(entries.map(({ path }) => path));
        const contentsOf = (isGone: boolean) =>
          view.inventory.models
            .filter(({ path }) => gone.has(path) === isGone)
            .flatMap(({ files }) => files.map(({ content }) => content));
        const left = new Set(contentsOf(false));
        const expected = [...new Set(contentsOf(true))].filter((content) => !left.has(content));
        const planned = entries.flatMap(({ contents }) => contents);
        expect([...planned].sort()).toEqual(expected.sort());
        const blobs = planned.map((content) => Number(content.replace('blobs/', '')));
        const isLinked = (blob: number) => linked.includes(blob);
        expect(diskBytes).toBe(sizeOf(blobs.filter((blob) => !isLinked(blob))));
        const linkedBytes = entries.reduce((sum, entry) => sum + entry.linkedBytes, 0);
        expect(linkedBytes).toBe(sizeOf(blobs.filter(isLinked)));
      }),
    );
  });

  it('meets its limits, or reports those that it cannot meet', () => {
    fc.assert(
      fc.property(fc.array(sketch, { maxLength: 6 }), policies, linkedBlobs, (sketches, policy, linked) => {
        const view = viewOf(sketches, {}, linked);
        const { entries, diskBytes, unmet } = planPrune(view, policy);
        const linkedBytes = entries.reduce((sum, entry) => sum + entry.linkedBytes, 0);
        const occupied = view.diskBytes - diskBytes - linkedBytes;
        if (policy.maxBytes !== null && occupied > policy.maxBytes)
          expect(unmet).toContain('the store is above --max-size');
        if (policy.minFree !== null && view.freeBytes + diskBytes < policy.minFree.lowBytes)
          expect(unmet).toContain('free space is below --min-free');
      }),
    );
  });

  it('is empty while a record of needs cannot be read', () => {
    fc.assert(
      fc.property(fc.array(sketch, { maxLength: 4 }), policies, leftovers, (sketches, policy, items) => {
        const view = viewOf(sketches, { leftovers: items, unreadable: ['.rma/projects/x.json'] });
        expect(planPrune(view, policy).entries).toEqual([]);
      }),
    );
  });

  const old: Sketch = {
    hours: 1000,
    isNeeded: false,
    isPinned: false,
    isLeased: false,
    isUnknown: false,
    blobs: [0],
  };
  const namesOf = (view: CacheView, policy: Partial<PrunePolicy>) =>
    planPrune(view, { ...DEFAULT_POLICY, ...policy }).entries.map(({ name }) => name);

  it('prints how long a model was not used, also less than a minute', () => {
    const [second, minute] = [1 / 3600, 1 / 60];
    const hours = [45 * second, 5 * minute, 30, 960];
    const view = viewOf(hours.map((each, blob) => ({ ...old, hours: each, blobs: [blob] })));
    const { entries } = planPrune(view, { ...DEFAULT_POLICY, keepSeconds: 1, graceSeconds: 0 });
    const reasons = entries.map(({ reason }) => reason.replace('not used for ', ''));
    expect(reasons).toEqual(['45s', '5m', '30h', '40d']);
  });

  it('removes the least recently used models until the limit is met', () => {
    const view = viewOf([
      { ...old, hours: 500, blobs: [0] },
      { ...old, hours: 900, blobs: [1] },
      { ...old, hours: 700, blobs: [2] },
    ]);
    expect(namesOf(view, { maxBytes: 4096 * 4 })).toEqual(['hf:o/m1']);
    expect(namesOf(view, { maxBytes: 4096 * 3 })).toEqual(['hf:o/m1', 'hf:o/m2']);
    const minFree = { lowBytes: 2000, highBytes: 1000 + 4096 * 2 };
    expect(namesOf(view, { minFree })).toEqual(['hf:o/m1']);
    expect(namesOf(view, { minFree: { lowBytes: 1000, highBytes: 1e6 } })).toEqual([]);
  });

  it('removes no model for more free space if hard links outside of the store keep all its content', () => {
    const sketches = [
      { ...old, hours: 900, blobs: [0] },
      { ...old, hours: 700, blobs: [0, 1] },
    ];
    const view = viewOf(sketches, {}, [0]);
    const minFree = { lowBytes: 2000, highBytes: 3000 };
    expect(planPrune(view, { ...DEFAULT_POLICY, minFree })).toMatchObject({
      entries: [{ name: 'hf:o/m1', diskBytes: sizeOf([1]), linkedBytes: 0 }],
      diskBytes: sizeOf([1]),
    });
    // the store itself gets smaller by such a model
    expect(namesOf(view, { maxBytes: sizeOf([0, 1]) - 1 })).toEqual(['hf:o/m0', 'hf:o/m1']);
  });

  it('counts what is marked already as free space to come', () => {
    const record: TrashRecord = {
      schema: 'rma.trash/v1',
      state: 'marked',
      kind: 'orphan',
      name: 'x',
      path: 'x',
      source: null,
      lease: null,
      commit: null,
      references: [],
      reason: 'old',
      markedAt: hoursAgo(1),
      bytes: 1e6,
      diskBytes: 1e6,
      moves: [],
      uses: [],
      records: [],
    };
    const view = viewOf([old], { marked: [{ id: 'x', record }] });
    expect(namesOf(view, { minFree: { lowBytes: 5000, highBytes: 5000 } })).toEqual([]);
  });
});
