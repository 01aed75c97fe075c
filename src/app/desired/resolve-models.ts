import type { ModelCheck } from '../../core/domain/model-check.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import type { ResolvedModels } from '../../core/domain/resolved-models.ts';
import type { StoredModel } from '../../core/domain/stored-model.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { isUnreachable } from '../../core/hub/is-temporary.ts';
import { copiesNote } from '../../core/source/model-notes.ts';
import { type MissingModel, offlineMissing } from '../../core/source/offline-missing.ts';
import { formatModelRef, parseModelRef } from '../../core/source/parse-ref.ts';
import { storedText } from '../../core/source/stored-text.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { Fallback } from '../../ports/stored-models.ts';
import { step } from './step.ts';

/** The files behind a reference, or why it could not be resolved. */
export type Resolution =
  | {
      readonly ok: true;
      readonly pinned: PinnedModel;
      /** the store was used instead of the hub */
      readonly stored?: true;
      /** the check by which the store answered */
      readonly check?: ModelCheck | undefined;
    }
  | {
      readonly ok: false;
      readonly error: RmaError;
      /** set if no hub was contacted */
      readonly lacks?: MissingModel;
    };

/** What resolves references: the hubs, and the store where they cannot be reached. */
export type Resolvers = Pick<Invocation, 'sources' | 'reporter' | 'signal'> & {
  readonly fallback?: Fallback | undefined;
};

/**
 * Returns the files behind each reference, in their order: the known ones, else what the hub answers, else what the store
 * has complete. A reference that fails does not stop the others. Rejects when aborted, and when offline and the store cannot be read.
 * @throws RmaError RMA_LOCKFILE_MODEL (2): frozen, a reference is unknown
 */
export async function resolveEach(
  resolvers: Resolvers,
  refs: readonly string[],
  known: ResolvedModels['pinned'],
): Promise<ReadonlyMap<string, Resolution>> {
  const unknown = refs.filter((ref) => !known.has(ref));
  if (unknown.length > 0 && resolvers.fallback?.frozen === true) throw notLocked(unknown);
  const down = unknown.filter((ref) => isDown(resolvers, ref));
  const early = await recallFromStore(resolvers, down, new Map());
  const rest = unknown.filter((ref) => !early.has(ref));
  const answers = await resolveAtHubs(resolvers, rest);
  const unanswered = rest.filter((ref) => {
    const answer = answers.get(ref);
    return answer?.ok === false && isUnreachable(answer.error);
  });
  for (const ref of unanswered) resolvers.fallback?.unreachable.add(parseModelRef(ref).source);
  const stored = new Map([...early, ...(await recallFromStore(resolvers, unanswered, answers))]);
  return new Map(
    refs.map((ref) => {
      const pinned = known.get(ref);
      const resolution = pinned === undefined ? (stored.get(ref) ?? answers.get(ref)) : { ok: true, pinned };
      return [ref, resolution as Resolution];
    }),
  );
}

function notLocked(refs: readonly string[]): RmaError {
  return new RmaError('RMA_LOCKFILE_MODEL', `not in rma.lock: ${refs.join(', ')}`, {
    exitCode: EXIT.usage,
    hint: 'add the models of the project to it: rma models lock; or run without --frozen and RMA_FROZEN',
  });
}

/** Returns whether the store is read before the hub of a reference. */
function isDown({ fallback }: Resolvers, ref: string): boolean {
  if (fallback === undefined) return false;
  return fallback.offline || fallback.unreachable.has(parseModelRef(ref).source);
}

async function resolveAtHubs(
  resolvers: Resolvers,
  refs: readonly string[],
): Promise<ReadonlyMap<string, Resolution>> {
  const resolutions = await Promise.all(
    refs.map(async (ref): Promise<Resolution> => {
      try {
        return { ok: true, pinned: await resolveOne(resolvers, ref) };
      } catch (error) {
        resolvers.signal.throwIfAborted();
        if (error instanceof RmaError) return { ok: false, error };
        throw error;
      }
    }),
  );
  return new Map(refs.map((ref, at) => [ref, resolutions[at] as Resolution]));
}

/** Returns what the store answers; offline also why it does not. */
async function recallFromStore(
  { fallback, reporter, signal }: Resolvers,
  refs: readonly string[],
  answers: ReadonlyMap<string, Resolution>,
): Promise<ReadonlyMap<string, Resolution>> {
  if (fallback === undefined || refs.length === 0) return new Map();
  const { offline, stored } = fallback;
  const found = await step({ reporter }, 'reading the models in the store', () => stored.recall(refs)).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      // the hub's error is more specific
      if (!offline && error instanceof RmaError) return new Map<string, StoredModel>();
      throw error;
    },
  );
  const complete = refs.flatMap((ref) => {
    const model = found.get(ref);
    return model?.missing.length === 0 ? [model] : [];
  });
  reportStored(reporter, complete, offline ? null : firstError(answers, refs));
  return new Map(
    refs.flatMap((ref): [string, Resolution][] => {
      const model = found.get(ref);
      if (model?.missing.length === 0) {
        const { model: pinned, check } = model;
        return [[ref, { ok: true, pinned, stored: true, check }]];
      }
      if (!offline || fallback.peers === true) return [];
      const lacks = { ref, files: model?.missing.map(({ path }) => path) ?? null };
      return [[ref, { ok: false, error: offlineMissing([lacks]), lacks }]];
    }),
  );
}

function firstError(answers: ReadonlyMap<string, Resolution>, refs: readonly string[]): RmaError | null {
  const errors = refs.flatMap((ref) => {
    const answer = answers.get(ref);
    return answer?.ok === false ? [answer.error] : [];
  });
  return errors[0] ?? null;
}

function reportStored(
  reporter: Invocation['reporter'],
  stored: readonly StoredModel[],
  error: RmaError | null,
): void {
  if (stored.length === 0) return;
  const text = storedText(stored);
  if (error === null) reporter.emit({ type: 'log', level: 'info', text: `offline: ${text}` });
  else {
    reporter.emit({
      type: 'warning',
      code: 'RMA_MODELS_FROM_STORE',
      text: `${error.message}; ${text}`,
      hint: 'the hub may have newer versions; run the command again with --refresh when it is reachable',
    });
  }
}

/** Asks the hub for the files behind a reference, and reports which copies of the weights it leaves out. @throws RmaError RMA_HUB_* */
async function resolveOne(
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
