import { describe, expect, it } from 'vitest';
import { volumeOf } from '../../../src/core/docker/volume-of.ts';
import type { VolumeSpec } from '../../../src/core/domain/config.ts';
import { planStoreMove } from '../../../src/core/plan/plan-store-move.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';

const withStore = (store: VolumeSpec) => configOf({ volumes: { ...configOf().volumes, store } });

describe('planStoreMove', () => {
  it('suggests the --volume of the running worker if it was omitted', () => {
    expect(planStoreMove('host:/data/models', configOf())).toEqual([
      expect.objectContaining({
        level: 'warning',
        code: 'RMA_STORE_MOVES',
        hint: expect.stringContaining('--volume host:/data/models'),
      }),
    ]);
  });

  it('is empty for the same location, and without a worker', () => {
    expect(planStoreMove('named:rma-models', configOf())).toEqual([]);
    expect(planStoreMove(null, withStore({ type: 'host', path: '/data/models' }))).toEqual([]);
  });

  it('[req R12] recognizes an export by its volume name, and reports another one with its address', () => {
    const nas = withStore({ type: 'nfs', server: 'nas', path: '/models' });
    const volume = volumeOf(nas, 'store');
    const name = volume.type === 'volume' ? volume.name : '';
    expect(planStoreMove(`named:${name}`, nas)).toEqual([]);
    expect(planStoreMove('named:rma-models', nas)[0]?.message).toBe(
      `the worker's models are in named:rma-models; this command would use nfs:nas:/models (named:${name})`,
    );
  });
});
