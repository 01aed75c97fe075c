import { describe, expect, it } from 'vitest';
import { planStoreMove } from '../../../src/core/plan/plan-store-move.ts';

describe('planStoreMove', () => {
  it('says where the models are when an option was left out that named the place', () => {
    expect(planStoreMove('host:/data/models', { type: 'named', name: 'rma-models' })).toEqual([
      expect.objectContaining({
        level: 'warning',
        code: 'RMA_STORE_MOVES',
        hint: expect.stringContaining('--volume host:/data/models'),
      }),
    ]);
  });

  it('says nothing of the same place, and nothing when there is no worker yet', () => {
    expect(planStoreMove('named:rma-models', { type: 'named', name: 'rma-models' })).toEqual([]);
    expect(planStoreMove(null, { type: 'host', path: '/data/models' })).toEqual([]);
  });
});
