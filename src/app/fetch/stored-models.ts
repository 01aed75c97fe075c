import type { ModelGeometry } from '../../core/domain/geometry.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import type { StoredModel } from '../../core/domain/stored-model.ts';
import { RmaError } from '../../core/errors.ts';
import type { ModelStore } from '../../ports/model-store.ts';
import type { StoredModels } from '../../ports/stored-models.ts';
import { modelGeometry } from './model-geometry.ts';

/** Returns what a store on this machine returns instead of the hubs. */
export function storedModels(store: Pick<ModelStore, 'recall' | 'read'>): StoredModels {
  return {
    async recall(refs) {
      const found = new Map<string, StoredModel>();
      for (const ref of refs) {
        const stored = await store.recall(ref);
        if (stored !== null) found.set(ref, stored);
      }
      return found;
    },
    async geometry(models) {
      const found = new Map<string, ModelGeometry | null>();
      for (const model of models) {
        const read = await geometryOf(store, model);
        if (read !== 'unread') found.set(model.ref, read);
      }
      return found;
    },
  };
}

async function geometryOf(
  store: Pick<ModelStore, 'read'>,
  model: PinnedModel,
): Promise<ModelGeometry | null | 'unread'> {
  try {
    const read = await modelGeometry(model, (file, range) => store.read(model, file, range));
    return typeof read === 'string' ? null : read;
  } catch (error) {
    if (error instanceof RmaError) return 'unread';
    throw error;
  }
}
