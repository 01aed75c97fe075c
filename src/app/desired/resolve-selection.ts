import type { ModelGeometry } from '../../core/domain/geometry.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import type { Catalog, Engine } from '../../core/domain/profile.ts';
import type { ResolvedModels } from '../../core/domain/resolved-models.ts';
import type { Selection } from '../../core/domain/selection.ts';
import { RmaError } from '../../core/errors.ts';
import { isMissing } from '../../core/profile/model-users.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { readGeometry } from './read-geometry.ts';
import { resolveOne } from './resolve-models.ts';

/** What reads the models' file lists and headers. */
export type Hubs = Pick<Invocation, 'sources' | 'ranges' | 'reporter' | 'signal'>;

interface ModelsToResolve {
  readonly catalog: Catalog;
  readonly selection: Selection;
  readonly resolved: ResolvedModels;
}

/**
 * Resolves the models of the selection that are not resolved yet, and reads the headers of those whose size matters. Returns null if
 * everything is already known.
 * @throws RmaError RMA_HUB_*, except for an optional model that does not exist
 */
export async function resolveSelection(
  hubs: Hubs,
  { catalog, selection, resolved }: ModelsToResolve,
): Promise<ResolvedModels | null> {
  const unknown = selection.refs.filter((ref) => !resolved.pinned.has(ref) && !resolved.missing.has(ref));
  const answers = await Promise.all(unknown.map(async (ref) => resolveOptional(hubs, catalog, ref)));
  const pinned = new Map(resolved.pinned);
  const missing = new Map(resolved.missing);
  unknown.forEach((ref, at) => {
    const answer = answers[at];
    if (typeof answer === 'string') missing.set(ref, answer);
    else if (answer !== undefined) pinned.set(ref, answer);
  });
  const geometry = new Map([
    ...resolved.geometry,
    ...(await unreadHeaders(hubs, selection, { ...resolved, pinned })),
  ]);
  const isKnown = unknown.length === 0 && geometry.size === resolved.geometry.size;
  return isKnown ? null : { pinned, geometry, missing };
}

/** Returns the model; for an optional one that does not exist, the message of its source. */
async function resolveOptional(
  hubs: Pick<Hubs, 'sources' | 'reporter' | 'signal'>,
  catalog: Catalog,
  ref: string,
): Promise<PinnedModel | string> {
  try {
    return await resolveOne(hubs, ref);
  } catch (error) {
    if (error instanceof RmaError && isMissing(error) && isOptional(catalog, ref)) return error.message;
    throw error;
  }
}

function isOptional(catalog: Catalog, ref: string): boolean {
  return [...catalog.models.values()].some(
    ({ name, optional }) => optional && catalog.served.get(name)?.ref === ref,
  );
}

/**
 * Reads the headers that were not read yet: of models on GPUs, and of those whose engine needs their maximum context.
 * Missing models have none.
 */
async function unreadHeaders(
  hubs: Hubs,
  { services }: Selection,
  { pinned, geometry }: Pick<ResolvedModels, 'pinned' | 'geometry'>,
): Promise<readonly (readonly [ref: string, geometry: ModelGeometry | null])[]> {
  const read = services.filter(({ gpus, engine }) => gpus !== 0 || needsContextLength(engine));
  const models = [...new Set(read.flatMap(({ models: each }) => each.map(({ ref }) => ref)))].flatMap(
    (ref) => {
      const model = geometry.has(ref) ? undefined : pinned.get(ref);
      return model === undefined ? [] : [[ref, model] as const];
    },
  );
  return Promise.all(models.map(async ([ref, model]) => [ref, await readGeometry(hubs, model)] as const));
}

function needsContextLength({ command }: Engine): boolean {
  return command.some((item) => item.includes('{batch_tokens}'));
}
