import type { PinnedModel } from '../../../core/domain/pinned-model.ts';
import { RmaError } from '../../../core/errors.ts';

/** Returns the error for a verified file that another process removed before it was published. */
export function storeChanged(model: PinnedModel, path: string): RmaError {
  return new RmaError(
    'RMA_STORE_CHANGED',
    `${path} of ${model.ref} was removed while the model was being published`,
    {
      hint: 'run the command again',
    },
  );
}
