import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import type { Catalog, Engine } from '../../core/domain/profile.ts';
import type { ResolvedModels } from '../../core/domain/resolved-models.ts';
import type { Selection } from '../../core/domain/selection.ts';
import { sourceLists } from '../../core/profile/model-sources.ts';
import { isMissing } from '../../core/profile/model-users.ts';
import { offlineMissing } from '../../core/source/offline-missing.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { readHeaders } from './read-headers.ts';
import type { Resolution, Resolvers } from './resolve-models.ts';
import { resolveFromSources } from './resolve-sources.ts';

/** What reads the models' file lists and headers. */
export type Hubs = Resolvers & Pick<Invocation, 'ranges'>;

interface ModelsToResolve {
  readonly catalog: Catalog;
  readonly selection: Selection;
  readonly resolved: ResolvedModels;
}

/**
 * Resolves the models of the selection that are not resolved yet, and reads the headers of those whose size matters. Returns null if
 * everything is already known.
 * @throws RmaError RMA_HUB_*, except for an optional model that does not exist; RMA_OFFLINE_MISSING with all missing models
 */
export async function resolveSelection(
  hubs: Hubs,
  { catalog, selection, resolved }: ModelsToResolve,
): Promise<ResolvedModels | null> {
  const unknown = selection.refs.filter((ref) => !resolved.pinned.has(ref) && !resolved.missing.has(ref));
  const answers = await resolveFromSources(hubs, unknown, { known: new Map(), lists: sourceLists(catalog) });
  throwFailures(answers, catalog);
  const pinned = new Map(resolved.pinned);
  const missing = new Map(resolved.missing);
  const transient = new Set(resolved.transient);
  for (const [ref, answer] of answers) {
    if (answer.ok) pinned.set(ref, answer.pinned);
    else missing.set(ref, answer.error.message);
    if (!answer.ok && answer.lacks !== undefined) transient.add(ref);
  }
  const stored = new Set([...answers].flatMap(([ref, answer]) => (answer.ok && answer.stored ? [ref] : [])));
  const read = await readHeaders(hubs, { models: unreadModels(selection, { ...resolved, pinned }), stored });
  const geometry = new Map([...resolved.geometry, ...read.geometry]);
  const isKnown = unknown.length === 0 && geometry.size === resolved.geometry.size;
  return isKnown ? null : { pinned, geometry, missing, transient: new Set([...transient, ...read.unread]) };
}

/** Throws the error of a model that the selection cannot do without. */
function throwFailures(answers: ReadonlyMap<string, Resolution>, catalog: Catalog): void {
  const failures = [...answers].flatMap(([ref, answer]) =>
    answer.ok || (isMissing(answer.error) && isOptional(catalog, ref)) ? [] : [answer],
  );
  const lacking = failures.flatMap(({ lacks }) => lacks ?? []);
  if (lacking.length > 0) throw offlineMissing(lacking);
  const [first] = failures;
  if (first !== undefined) throw first.error;
}

function isOptional(catalog: Catalog, ref: string): boolean {
  return [...catalog.models.values()].some(
    ({ name, optional }) => optional && catalog.served.get(name)?.ref === ref,
  );
}

/**
 * Returns the models whose headers were not read yet: those on GPUs, and those whose engine needs their maximum context.
 * Missing models have none.
 */
function unreadModels(
  { services }: Selection,
  { pinned, geometry }: Pick<ResolvedModels, 'pinned' | 'geometry'>,
): ReadonlyMap<string, PinnedModel> {
  const read = services.filter(({ gpus, engine }) => gpus !== 0 || needsContextLength(engine));
  const refs = new Set(read.flatMap(({ models }) => models.map(({ ref }) => ref)));
  return new Map(
    [...refs].flatMap((ref) => {
      const model = geometry.has(ref) ? undefined : pinned.get(ref);
      return model === undefined ? [] : [[ref, model] as const];
    }),
  );
}

function needsContextLength({ command }: Engine): boolean {
  return command.some((item) => item.includes('{batch_tokens}'));
}
