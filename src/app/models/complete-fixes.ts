import type { Fix, Problem } from '../../core/domain/verification.ts';
import { type ErrorDocument, RmaError, toErrorDocument } from '../../core/errors.ts';
import { parseModelRef } from '../../core/source/parse-ref.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { ModelSource } from '../../ports/model-source.ts';
import { repairFailure } from './repair-failure.ts';

/** Reference → why its repair failed; null: it did not fail. */
export type Failures = ReadonlyMap<string, ErrorDocument | null>;

/** Returns the problems with repairs whose size is not in the store completed by a request to their hub, unless offline. */
export async function completeFixes(
  { sources, signal }: Pick<Invocation, 'sources' | 'signal'>,
  problems: readonly Problem[],
  offline: boolean,
): Promise<{ readonly problems: readonly Problem[]; readonly failed: Failures }> {
  const failed = new Map<string, ErrorDocument>();
  if (offline) return { problems, failed };
  const complete: Problem[] = [];
  for (const problem of problems) {
    const { fix, reference } = problem;
    try {
      complete.push(
        fix?.kind === 'fetch' && !fix.isSized
          ? { ...problem, fix: await resolved(fix, sources, signal) }
          : problem,
      );
    } catch (error) {
      signal.throwIfAborted();
      failed.set(reference, repairFailure(reference, toErrorDocument(error)));
      complete.push({ ...problem, fix: null });
    }
  }
  return { problems: complete, failed };
}

/** Returns the fix with the size that the hub publishes. */
async function resolved(
  fix: Extract<Fix, { kind: 'fetch' }>,
  sources: readonly ModelSource[],
  signal: AbortSignal,
): Promise<Fix> {
  const { model, file } = fix;
  const source = sources.find((each) => each.source === model.source);
  if (source === undefined) throw new Error(`no source for ${model.source} models`);
  const text = `${model.ref}:${file.path}`;
  const found = await source.resolve(parseModelRef(text), signal);
  const listed = found.files.find(
    ({ path, digest }) => path === file.path && digest?.hex === file.digest?.hex,
  );
  if (listed === undefined) {
    throw new RmaError('RMA_HUB_NO_MATCH', `${text} has another hash on its hub than in the store`, {
      hint: 'the repository may have been changed; remove the model and download it again',
    });
  }
  return { ...fix, file: listed, model: { ...model, files: [listed] }, isSized: true };
}
