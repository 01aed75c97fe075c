import type { ModelRef } from '../domain/model-ref.ts';
import { LAN, type PinnedModel } from '../domain/pinned-model.ts';
import type { Catalog, CatalogModel } from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';
import { formatModelRef, parseModelRef } from '../source/parse-ref.ts';
import { REPOSITORY_SOURCES } from '../source/repository-sources.ts';
import { mainSource, sourceOf } from '../source/sources.ts';

/** Sources of models by canonical reference: the items of `sources`, in order, each `lan` or a canonical reference. */
export type SourceLists = ReadonlyMap<string, readonly string[]>;

/**
 * Returns the items of `sources` of a model in canonical form, its own reference last unless it is in the list.
 * @throws RmaError RMA_MODEL_REF_INVALID and others of references (2)
 */
export function canonicalSources(ref: string, items: readonly string[]): readonly string[] {
  const own = parseModelRef(ref);
  const named = items.map((item) => (item === LAN ? LAN : formatModelRef(sourceRef(own, item))));
  const twice = named.find((item, at) => named.indexOf(item) !== at);
  if (twice !== undefined) throw invalid(`${twice} is listed twice`);
  const main = formatModelRef(own);
  return named.includes(main) ? named : [...named, main];
}

/** Returns the source lists of the catalog's models. */
export function sourceLists({ models }: Pick<Catalog, 'models'>): SourceLists {
  const lists = [...models.values()].flatMap(({ ref, sources }) =>
    sources === undefined ? [] : [[formatModelRef(parseModelRef(ref)), sources] as const],
  );
  return new Map(lists);
}

/** Returns the references under which a model of the catalog can be, in order of preference; its own without `sources`. */
export function possibleRefs({ ref, sources }: Pick<CatalogModel, 'ref' | 'sources'>): readonly string[] {
  return (sources ?? [ref]).filter((item) => item !== LAN);
}

/** Returns what is known of references, without models from a source that their list no longer has. */
export function withSources(
  pinned: ReadonlyMap<string, PinnedModel>,
  lists: SourceLists,
): ReadonlyMap<string, PinnedModel> {
  const known = [...pinned].flatMap(([ref, model]) => {
    const { sources: _, ...rest } = model;
    const sources = lists.get(ref);
    if (sources !== undefined)
      return sources.includes(model.ref) ? [[ref, { ...rest, sources }] as const] : [];
    return model.ref === ref ? [[ref, rest as PinnedModel] as const] : [];
  });
  return new Map(known);
}

/**
 * Returns the reference that an item of `sources` means: a repository of the same name at another source, or a reference.
 * Either selects the files of the model's own reference, unless it names others.
 */
function sourceRef(own: ModelRef, item: string): ModelRef {
  if (!/[:/]/.test(item)) return sameName(own, item);
  const ref = parseModelRef(item);
  const inherits = ref['pattern'] === null && typeof own['pattern'] === 'string';
  return inherits ? { ...ref, pattern: own['pattern'] } : ref;
}

function sameName(own: ModelRef, id: string): ModelRef {
  const main = mainSource(own.source);
  if (id === main) return own;
  if (!REPOSITORY_SOURCES.includes(id)) throw invalid(`unknown source "${id}"`);
  const { repo, pattern, revision } = own;
  if (typeof repo !== 'string') throw invalid(`${formatModelRef(own)} has no repository at ${id}`);
  const [there, here] = [id, main].map((each) => sourceOf({ source: each }).parse(`${each}:${repo}`));
  // a branch, tag or commit that the reference names has the same name there
  return { ...there, ...(revision !== here?.['revision'] && { revision }), pattern } as ModelRef;
}

function invalid(fault: string): RmaError {
  return new RmaError('RMA_MODEL_REF_INVALID', `invalid sources: ${fault}`, {
    exitCode: EXIT.usage,
    hint: `use ${[LAN, ...REPOSITORY_SOURCES].join(', ')}, or a reference such as ms:org/repo`,
  });
}
