import type { ModelRef } from '../../core/domain/model-ref.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import { toErrorDocument } from '../../core/errors.ts';
import { isUnreachable } from '../../core/hub/is-temporary.ts';
import { offlineMissing } from '../../core/source/offline-missing.ts';
import { formatModelRef } from '../../core/source/parse-ref.ts';
import { storedText } from '../../core/source/stored-text.ts';
import type { ModelSource } from '../../ports/model-source.ts';
import type { ModelStore } from '../../ports/model-store.ts';

interface Resolving {
  readonly store: Pick<ModelStore, 'recall'>;
  readonly source: ModelSource;
  /** true: no request to the hub */
  readonly offline: boolean;
  /** true: the source is used offline too, because it tries stores of other machines first */
  readonly peers?: boolean;
  /** sources whose hub could not be reached before: the store is read first, because a hub takes long to time out; added to */
  readonly unreachable: Set<string>;
}

/** A resolved model. */
export interface Answer {
  readonly model: PinnedModel;
  /** why the store answered, for the log; null: the hub answered */
  readonly text: string | null;
}

/**
 * Resolves a reference on its hub; offline, or if the hub cannot be reached, in the store, if that has the model complete.
 * @throws RmaError RMA_HUB_*; RMA_OFFLINE_MISSING (1)
 */
export async function resolveOrRecall(
  { store, source, offline, peers = false, unreachable }: Resolving,
  ref: ModelRef,
  signal: AbortSignal,
): Promise<Answer> {
  const name = formatModelRef(ref);
  const isDown = offline || unreachable.has(source.source);
  const stored = isDown ? await store.recall(name) : null;
  if (stored?.missing.length === 0) {
    const why = offline ? 'offline' : 'the hub is unreachable';
    return { model: stored.model, text: `${why}: ${name}: ${storedText([stored])}` };
  }
  if (!offline || peers) return resolveAtHub({ store, source, unreachable }, ref, signal);
  throw offlineMissing([{ ref: name, files: stored?.missing.map(({ path }) => path) ?? null }]);
}

async function resolveAtHub(
  { store, source, unreachable }: Omit<Resolving, 'offline' | 'peers'>,
  ref: ModelRef,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    return { model: await source.resolve(ref, signal), text: null };
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    unreachable.add(source.source);
    const stored = await store.recall(formatModelRef(ref));
    if (stored === null || stored.missing.length > 0) throw error;
    return { model: stored.model, text: `${toErrorDocument(error).message}; ${storedText([stored])}` };
  }
}
