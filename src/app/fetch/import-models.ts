import {
  type ImportModel,
  type ImportOutcome,
  NOTHING_PLACED,
  PLACEMENTS,
  type PlacedBytes,
  type Placement,
} from '../../core/domain/import.ts';
import { pinnedBytes } from '../../core/domain/pinned-model.ts';
import { toErrorDocument } from '../../core/errors.ts';
import { type ImportContext, report, stageImport } from './stage-import.ts';

/**
 * Imports models one after the other, and returns one outcome for each, in their order; a failure does not stop the others.
 * Records the use of what is in the store then: the content of hard links may be old.
 * Rejects only if aborted, with the signal's reason, or if the store cannot be prepared.
 */
export async function importModels(
  models: readonly ImportModel[],
  options: ImportContext,
): Promise<readonly ImportOutcome[]> {
  const { store, uses, signal } = options;
  const outcomes: ImportOutcome[] = [];
  await store.prepare();
  for (const found of models) outcomes.push(await importOne(found, options));
  signal.throwIfAborted();
  const stored = models.filter((_, at) => outcomes[at]?.error === null);
  await uses.record(
    stored.map(({ model }) => model),
    null,
  );
  return outcomes;
}

async function importOne(found: ImportModel, context: ImportContext): Promise<ImportOutcome> {
  const { model } = found;
  const { ref } = model;
  try {
    context.signal.throwIfAborted();
    const staged = await stageImport(found, context);
    if (staged === null) return { ref, state: 'present', placed: NOTHING_PLACED, error: null };
    try {
      await staged.publish();
    } finally {
      await staged.release();
    }
    const note = wordsOf(staged.placed);
    report(context, model, { state: 'present', doneBytes: pinnedBytes(model), note });
    return { ref, state: 'imported', placed: staged.placed, error: null };
  } catch (error) {
    context.signal.throwIfAborted();
    const document = toErrorDocument(error);
    report(context, model, { state: 'failed', note: document.message });
    return { ref, state: 'failed', placed: NOTHING_PLACED, error: document };
  }
}

const WORDS: Readonly<Record<Placement, string>> = {
  hardLinked: 'hard-linked',
  reflinked: 'reflinked',
  copied: 'copied',
};

/** Returns how the content of a model was placed, as `hard-linked` or `hard-linked and copied`. */
function wordsOf(placed: PlacedBytes): string {
  const used = PLACEMENTS.filter((placement) => placed[placement] > 0);
  return used.length === 0 ? 'already in the store' : used.map((placement) => WORDS[placement]).join(' and ');
}
