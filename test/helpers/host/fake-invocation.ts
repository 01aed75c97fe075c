import type { Catalog } from '../../../src/core/domain/profile.ts';
import type { RmaEvent } from '../../../src/core/events.ts';
import { formatModelRef } from '../../../src/core/source/parse-ref.ts';
import type { Invocation } from '../../../src/ports/invocation.ts';
import { pinnedFile } from '../builders/render-builders.ts';
import { FakeClock } from '../clock/fake-clock.ts';
import { invocationOf } from './port-builders.ts';
import { sourceOf } from './source-of.ts';

export interface FakeInvocation extends Invocation {
  /** what the command reported so far */
  readonly events: readonly RmaEvent[];
}

/** Returns an invocation with this catalog, whose hub has every Hugging Face repository, each of one small file. */
export function fakeInvocation(catalog: Catalog, over: Partial<Invocation> = {}): FakeInvocation {
  const events: RmaEvent[] = [];
  const invocation = invocationOf({
    sources: [sourceOf('hf', async (ref) => pinnedFile(formatModelRef(ref)))],
    catalog: async () => catalog,
    // nothing times out unless a test advances the clock
    clock: new FakeClock(),
    workerImage: { context: '/image', tag: async () => 'rma-worker:1.2.3-0123456789ab' },
    reporter: {
      emit: (event) => {
        events.push(event);
      },
    },
    ...over,
  });
  return { ...invocation, events };
}
