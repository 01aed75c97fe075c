import type { PinnedModel } from '../../../core/domain/pinned-model.ts';
import { RmaError } from '../../../core/errors.ts';

/** Somebody else took a verified file away before it got its name. */
export function storeChanged(model: PinnedModel, path: string): RmaError {
  return new RmaError('RMA_STORE_CHANGED', `${path} of ${model.ref} went away while it was being published`, {
    hint: 'run the command again',
  });
}
