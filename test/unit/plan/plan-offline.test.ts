import { describe, expect, it } from 'vitest';
import type { ModelCheck } from '../../../src/core/domain/model-check.ts';
import type { Operation } from '../../../src/core/plan/operation.ts';
import { planOffline } from '../../../src/core/plan/plan-offline.ts';
import { checkOf } from '../../helpers/builders/plan-builders.ts';
import { pinnedFile } from '../../helpers/builders/render-builders.ts';

const models = ['hf:org/a:a.gguf', 'hf:org/b:b.gguf', 'hf:org/c:c.gguf'].map((ref) => pinnedFile(ref));
const desired = { models: new Map(models.map((model) => [model.ref, model])) };
const pull: Operation = {
  id: '1',
  host: 'box',
  after: [],
  kind: 'pull-image',
  image: 'llama:1',
  cause: 'not present',
  destructive: false,
};

function storeOf(...checks: readonly ModelCheck[]): ReadonlyMap<string, ModelCheck> {
  return new Map(checks.map((check) => [check.ref, check]));
}

describe('a plan offline', () => {
  it('[case F14] names all missing models in one error', () => {
    const [a, b, c] = models.map((model) => checkOf(model, 'missing'));
    const store = storeOf({ ...a!, state: 'present', missing: [] }, b!, c!);
    expect(planOffline(desired, { store }, [])).toMatchObject([
      {
        level: 'error',
        code: 'RMA_OFFLINE_MISSING',
        message:
          'offline, and the store lacks 1 file of hf:org/b:b.gguf (b.gguf); 1 file of hf:org/c:c.gguf (c.gguf)',
      },
    ]);
  });

  it('[case F14] does without receipts: files in place are verified by the worker', () => {
    const checks = models.map((model) => ({ ...checkOf(model, 'missing'), unverified: model.files }));
    expect(planOffline(desired, { store: storeOf(...checks) }, [])).toEqual([]);
  });

  it('[case F14] names the images to pull, and is silent about a store that cannot be read', () => {
    expect(planOffline(desired, { store: null }, [pull])).toMatchObject([
      { code: 'RMA_OFFLINE_IMAGE', message: 'offline, and the Docker Engine lacks the image llama:1' },
    ]);
  });
});
