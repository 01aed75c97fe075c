import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import { NOTHING_RESOLVED, type ResolvedModels } from '../../core/domain/resolved-models.ts';
import { RmaError } from '../../core/errors.ts';
import { copiesNote } from '../../core/source/model-notes.ts';
import { formatModelRef, parseModelRef } from '../../core/source/parse-ref.ts';
import { parseResolved } from '../../core/source/resolved-file.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { step } from './step.ts';

/** The files behind a reference, or why it could not be resolved. */
export type Resolution =
  | { readonly ok: true; readonly pinned: PinnedModel }
  | { readonly ok: false; readonly error: RmaError };

/**
 * Returns the files behind each reference, in their order: the known ones, else what the hub answers. A reference that fails
 * does not stop the others. Rejects only when aborted.
 */
export async function resolveEach(
  invocation: Pick<Invocation, 'sources' | 'reporter' | 'signal'>,
  refs: readonly string[],
  known: ResolvedModels['pinned'],
): Promise<ReadonlyMap<string, Resolution>> {
  const resolutions = await Promise.all(
    refs.map(async (ref): Promise<Resolution> => {
      try {
        return { ok: true, pinned: known.get(ref) ?? (await resolveOne(invocation, ref)) };
      } catch (error) {
        invocation.signal.throwIfAborted();
        if (error instanceof RmaError) return { ok: false, error };
        throw error;
      }
    }),
  );
  return new Map(refs.map((ref, at) => [ref, resolutions[at] as Resolution]));
}

/** Reads `resolved.json`. @throws RmaError RMA_RESOLVED_INVALID exit 2 */
export async function readResolved(host: Pick<Host, 'files'>, path: string): Promise<ResolvedModels> {
  const content = await host.files.read(path);
  return content === null ? NOTHING_RESOLVED : parseResolved(content, path);
}

/** Asks the hub for the files behind a reference, and reports which copies of the weights it leaves out. @throws RmaError RMA_HUB_* */
export async function resolveOne(
  invocation: Pick<Invocation, 'sources' | 'reporter' | 'signal'>,
  name: string,
): Promise<PinnedModel> {
  const ref = parseModelRef(name);
  const source = invocation.sources.find((candidate) => candidate.source === ref.source);
  if (source === undefined) throw new Error(`no source for ${formatModelRef(ref)}`);
  const pinned = await step(invocation, `resolving ${name}`, () => source.resolve(ref, invocation.signal));
  const note = copiesNote(pinned);
  if (note !== null) {
    invocation.reporter.emit({ type: 'log', level: 'info', text: `${note.text}; ${note.hint}` });
  }
  return pinned;
}
