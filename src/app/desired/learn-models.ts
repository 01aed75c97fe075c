import type { ModelGeometry } from '../../core/domain/geometry.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import type { Selection } from '../../core/domain/selection.ts';
import { RmaError } from '../../core/errors.ts';
import type { ModelFacts } from '../../core/placement/placement-profiles.ts';
import type { KnownModels } from '../../core/store/resolved-file.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { readGeometry } from './read-geometry.ts';
import { resolveOne } from './resolve-models.ts';

/** What is known of the models, and which of them their sources do not have. Grows as variants are chosen. */
export interface Learnt extends ModelFacts {
  /** optional ones that do not exist */
  readonly missing: ReadonlyMap<string, string>;
}

/** What the project's `resolved.json` knew. */
export function knownFacts({ models, geometry, missing }: KnownModels): Learnt {
  return {
    pinned: new Map(Object.entries(models)),
    geometry: new Map(Object.entries(geometry)),
    missing: new Map(Object.entries(missing)),
  };
}

/** What reads the models' file lists and headers. */
export type Hubs = Pick<Invocation, 'sources' | 'ranges' | 'reporter' | 'signal'>;

interface ModelsToLearn {
  readonly catalog: Catalog;
  readonly selection: Selection;
  readonly known: Learnt;
}

/**
 * Asks the hubs what the references of the selection mean, and reads the headers of the models that go on GPUs, as far as
 * that is not known. Null when nothing was to be asked.
 * @throws RmaError RMA_HUB_*, but for an optional model that does not exist
 */
export async function learnModels(
  invocation: Hubs,
  { catalog, selection, known }: ModelsToLearn,
): Promise<Learnt | null> {
  const unknown = selection.refs.filter((ref) => !known.pinned.has(ref) && !known.missing.has(ref));
  const answers = await Promise.all(unknown.map(async (ref) => resolveOptional(invocation, catalog, ref)));
  const pinned = new Map(known.pinned);
  const missing = new Map(known.missing);
  unknown.forEach((ref, at) => {
    const answer = answers[at];
    if (typeof answer === 'string') missing.set(ref, answer);
    else if (answer !== undefined) pinned.set(ref, answer);
  });
  const onGpus = selection.services.filter(({ gpus }) => gpus !== 0).flatMap(({ models }) => models);
  const unread = [...new Set(onGpus.map(({ ref }) => ref))].filter((ref) => !known.geometry.has(ref));
  const read = await Promise.all(unread.map(async (ref) => geometryOf(invocation, pinned.get(ref))));
  const geometry = new Map(known.geometry);
  unread.forEach((ref, at) => {
    const found = read[at];
    if (found !== undefined) geometry.set(ref, found);
  });
  const same = unknown.length === 0 && geometry.size === known.geometry.size;
  return same ? null : { pinned, geometry, missing };
}

/** The model; for an optional one that does not exist, what the hub said. */
async function resolveOptional(
  invocation: Pick<Hubs, 'sources' | 'reporter' | 'signal'>,
  catalog: Catalog,
  ref: string,
): Promise<PinnedModel | string> {
  try {
    return await resolveOne(invocation, ref);
  } catch (error) {
    const isMissing = error instanceof RmaError && error.code === 'RMA_HUB_NOT_FOUND';
    if (isMissing && isOptional(catalog, ref)) return error.message;
    throw error;
  }
}

function isOptional(catalog: Catalog, ref: string): boolean {
  return [...catalog.models.values()].some(
    ({ name, optional }) => optional && catalog.served.get(name)?.ref === ref,
  );
}

/** undefined for a model that does not exist. */
async function geometryOf(
  invocation: Hubs,
  model: PinnedModel | undefined,
): Promise<ModelGeometry | null | undefined> {
  return model === undefined ? undefined : readGeometry(invocation, model);
}
