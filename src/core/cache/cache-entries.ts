import type { InventoryModel } from '../domain/inventory.ts';
import { sha256Hex } from '../hash.ts';
import { distinctSize } from '../inventory/distinct-size.ts';
import { lastUse } from '../inventory/last-use.ts';
import { linksInto } from '../inventory/links-into.ts';
import { layoutOf, SOURCES } from '../source/sources.ts';
import { leaseName } from '../store/lease-name.ts';
import type { CacheView, Leftover } from './cache-view.ts';
import type { FilterSubject } from './filter.ts';

/** Something in a store that prune may remove as a whole. */
export interface CacheEntry extends FilterSubject {
  readonly kind: 'model' | Leftover['kind'];
  /** first reference of a model, else the path */
  readonly name: string;
  readonly path: string;
  readonly files: number;
  /** bytes on disk; content with several names is counted once */
  readonly diskBytes: number;
  /** why prune never removes it; null: its policy decides */
  readonly kept: string | null;
}

/** Returns all known entries of a store, with the reason why each is kept. Sorted by kind, models by reference. */
export function cacheEntries(view: CacheView): readonly CacheEntry[] {
  return [
    ...view.inventory.models.map((model) => modelEntry(model, view)),
    ...view.leftovers.map((item) => leftoverEntry(item, view)),
  ];
}

/** Returns the entry of a model. */
export function modelEntry(model: InventoryModel, view: CacheView): CacheEntry {
  const { references, source, path, bytes, modifiedAt, sums } = model;
  // once: each access creates them again
  const files = sums === undefined ? model.files : [];
  return {
    kind: 'model',
    name: references[0],
    path,
    source,
    refs: refsOf(model),
    files: sums?.files ?? files.length,
    bytes,
    diskBytes: sums?.diskBytes ?? distinctSize('diskBytes', files),
    lastUsedAt: lastUse(model),
    modifiedAt,
    kept: keptModel(model, files, view),
  };
}

/** Returns the entry of a leftover, which nothing uses after its last modification. */
export function leftoverEntry(item: Leftover, view: CacheView): CacheEntry {
  const { kind, path, source, files, bytes, diskBytes, modifiedAt, lease } = item;
  const [link] = linksInto(view.links, { path, names: [], contents: [] });
  const kept = view.unreadable.length > 0 ? unreadable(view) : heldBy({ path, source, lease }, view);
  return {
    kind,
    name: path,
    path,
    source,
    refs: [],
    files,
    bytes,
    diskBytes,
    lastUsedAt: modifiedAt,
    modifiedAt,
    kept: kept ?? (link === undefined ? null : linkText(link)),
  };
}

function keptModel(model: InventoryModel, files: InventoryModel['files'], view: CacheView): string | null {
  const { neededBy, references, path } = model;
  if (neededBy.length > 0)
    return `needed by ${neededBy.map(({ project, profile }) => `${project}/${profile}`).join(', ')}`;
  if (model.isPinned) return 'pinned';
  if (view.unreadable.length > 0) return unreadable(view);
  if (layoutOf(model) === 'ollama' && view.badManifests.length > 0)
    return `${view.badManifests[0]} cannot be read and may name its blobs`;
  if (references[0] === path) return 'unknown source';
  if (files.some(({ content }) => isSharedBlob(content)))
    return 'in the shared blob store of huggingface_hub';
  const foreign = foreignFile(model, files);
  if (foreign !== null) return `unknown file ${foreign}`;
  if (files.length === 0) return 'no content';
  const [link] = model.linkedFrom;
  return link === undefined ? heldBy(model, view) : linkText(link);
}

function linkText(link: string): string {
  return `linked from ${link}`;
}

/** Returns a file in the directory of a model that its source did not put there; null if there is none. */
function foreignFile(model: InventoryModel, files: InventoryModel['files']): string | null {
  const layout = layoutOf(model);
  const isListed =
    layout === 'hf-cache' || ((layout === 'tree' || layout === 'plain') && model.records.length > 0);
  const unverified = isListed ? files.filter(({ isVerified }) => !isVerified) : [];
  if (unverified.length === 0) return null;
  const own = new Set(model.names);
  return unverified.find(({ content }) => own.has(content))?.path ?? null;
}

/** Returns why an entry stays while a process downloads; null if none does. All models of an Ollama store share their blobs. */
export function heldBy(
  entry: { readonly path: string; readonly source: string | null; readonly lease: string | null },
  view: CacheView,
): string | null {
  const { path, source, lease } = entry;
  const { activeLeases } = view;
  if (isStaged(path, view)) return 'being downloaded';
  if (layoutOf(entry) === 'ollama')
    return [...activeLeases].some((key) => key.startsWith(`${source}-`))
      ? 'a model is being downloaded'
      : null;
  return lease !== null && activeLeases.has(leaseName(lease)) ? 'being downloaded' : null;
}

/** Returns whether a directory of partial files belongs to an active lease, whose key its name ends with as a hash. */
function isStaged(path: string, { activeLeases }: CacheView): boolean {
  const id = /-([0-9a-f]{16})$/.exec(path)?.[1];
  return (
    id !== undefined &&
    [...activeLeases].some((name) => (/-([0-9a-f]{64})$/.exec(name)?.[1] ?? sha256Hex(name)).startsWith(id))
  );
}

function unreadable({ unreadable: paths }: CacheView): string {
  return `${paths[0]} cannot be read and may need it`;
}

/** Returns whether a path is in the store of blobs that newer versions of huggingface_hub share between repositories. */
export function isSharedBlob(path: string): boolean {
  return SOURCES.some(
    ({ store }) => store.layout === 'hf-cache' && path.startsWith(`${store.directory}/blobs/`),
  );
}

function refsOf(model: InventoryModel): readonly string[] {
  if (model.sums !== undefined) return [];
  const { names } = model;
  // an expression for each name of a large model takes longer than the search for a fixed text
  const named = names.filter((name) => name.includes('/refs/') || name.includes('/manifests/'));
  return named.flatMap(
    (name) => /\/refs\/(.+)$/.exec(name)?.[1] ?? /\/manifests\/.*\/([^/]+)$/.exec(name)?.[1] ?? [],
  );
}
