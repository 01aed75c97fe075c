import type { ModelRef } from '../../../src/core/domain/model-ref.ts';
import type { PinnedModel } from '../../../src/core/domain/pinned-model.ts';
import type { ModelSource } from '../../../src/ports/model-source.ts';

/** Returns a hub that resolves references by this function; a request for content fails the test. */
export function sourceOf(
  source: ModelRef['source'],
  resolve: (ref: ModelRef) => Promise<PinnedModel>,
): ModelSource {
  return {
    source,
    resolve,
    locate: () => {
      throw new Error('source.locate was not expected');
    },
  };
}
