import { describe, expect, it } from 'vitest';
import type { MarkedItem } from '../../../src/core/cache/cache-view.ts';
import type { PruneResult } from '../../../src/core/cache/prune-result.ts';
import { pruneSummary } from '../../../src/core/schedule/prune-summary.ts';

const NOTHING: PruneResult = { marked: [], deleted: [], restored: [], failed: [], unmet: [] };

function itemOf(diskBytes: number): MarkedItem {
  return {
    id: 'id',
    name: 'ollama:a',
    markedAt: '2026-11-28T03:00:00Z',
    bytes: diskBytes,
    diskBytes,
    linkedBytes: 0,
  };
}

const GIB = 2 ** 30;

describe('the line of a scheduled prune', () => {
  it('is empty if nothing was done, also while a limit stays exceeded', () => {
    expect(pruneSummary(NOTHING)).toBeNull();
    expect(pruneSummary({ ...NOTHING, unmet: ['the store has 2 GiB more than --max-size'] })).toBeNull();
  });

  it('has what was deleted, marked and restored, and the limits that stay exceeded', () => {
    const result: PruneResult = {
      marked: [itemOf(GIB)],
      deleted: [itemOf(GIB), itemOf(2 * GIB)],
      restored: [itemOf(GIB)],
      failed: [],
      unmet: ['2.0 GiB above --max-size'],
    };
    expect(pruneSummary(result)).toBe(
      'deleted 2 entries (3.0 GiB); marked 1 entry (1.0 GiB) for deletion; restored 1 entry (1.0 GiB), needed again; 2.0 GiB above --max-size',
    );
  });

  it('is an error with the first reason if some entries failed', () => {
    const failed = [
      { name: 'ollama:b', message: 'permission denied' },
      { name: 'ollama:c', message: 'permission denied' },
    ];
    expect(() => pruneSummary({ ...NOTHING, marked: [itemOf(GIB)], failed })).toThrow(
      expect.objectContaining({
        code: 'RMA_CACHE_ENTRY_FAILED',
        exitCode: 8,
        message: 'ollama:b: permission denied (and 1 more); the rest: marked 1 entry (1.0 GiB) for deletion',
      }),
    );
  });
});
