import type { ImportFile, ImportKind, ImportModel, RejectedImport } from '../domain/import.ts';
import type { InventoryFile, InventoryModel } from '../domain/inventory.ts';
import type { ModelRef } from '../domain/model-ref.ts';
import type { PinnedFile, PinnedModel } from '../domain/pinned-model.ts';
import type { StoredModel } from '../domain/stored-model.ts';
import { splitPart } from '../reference/split-files.ts';
import type { PinnedHfModel } from '../source/huggingface.ts';
import { parseModelRef } from '../source/parse-ref.ts';
import { layoutOf, sourceOf } from '../source/sources.ts';
import { looksWhole } from '../source/stored-listing.ts';

/** What is known of a model in a directory of another program. */
export interface ImportContext {
  readonly kind: ImportKind;
  /** absolute path of the directory */
  readonly directory: string;
  /** reference → its entry in the records and files of the directory */
  readonly recalled: ReadonlyMap<string, StoredModel>;
  /** all files of the commit of a hub cache; empty if unknown */
  readonly listing: readonly PinnedFile[];
  /** parts of sharded weights that their indexes name and the directory lacks */
  readonly lostShards: readonly string[];
}

export interface Imports {
  readonly models: readonly ImportModel[];
  readonly rejected: readonly RejectedImport[];
}

/** Returns what can be imported of a model: one entry for each of its references. */
export function importsOf(model: InventoryModel, context: ImportContext): Imports {
  const [name] = model.references;
  if (model.source === null || name === model.path) {
    return rejected(nameOf(model, context), 'unusable', 'its source is unknown');
  }
  if (model.missing.length > 0) {
    const all = model.files.length + model.missing.length;
    return rejected(name, 'incomplete', `${model.missing.length} of its ${all} files are missing`);
  }
  const lost = missingPart(model.files.map(({ path }) => path)) ?? context.lostShards[0] ?? null;
  if (lost !== null) return rejected(name, 'incomplete', `${lost} is missing`);
  const whole = model.references.flatMap((ref) => wholeModel(model, ref, context) ?? []);
  // a commit needs no entry of its own where a branch or tag leads to it
  const named = whole.filter(({ ref }) => !ref.endsWith(`@${model.commit}`));
  const chosen = named.length > 0 ? named : whole;
  const rest = restOf(model, chosen, context);
  if (typeof rest === 'string') return rejected(name, 'unusable', rest);
  return {
    models: [
      ...chosen.map((pinned) => entry(model, pinned, context)),
      ...(rest === null ? [] : [{ ...entry(model, rest, context), whole: false, listing: context.listing }]),
    ],
    rejected: [],
  };
}

/** Returns a part of a split model that is not among the paths; null without one. */
export function missingPart(paths: readonly string[]): string | null {
  const found = new Set(paths);
  const parts = paths.flatMap((path) => splitPart(path)?.all ?? []);
  return parts.find((part) => !found.has(part)) ?? null;
}

/** Returns the model of a reference if the directory has all of it; null otherwise. */
function wholeModel(model: InventoryModel, ref: string, context: ImportContext): PinnedModel | null {
  const stored = context.recalled.get(ref);
  if (stored?.missing.length === 0)
    return layoutOf(model) === 'hf-cache' ? withCopies(model, stored.model, context) : stored.model;
  if (layoutOf(model) !== 'tree' || !looksWhole(model.files.map(({ path }) => path))) return null;
  const files = model.files.map(({ path, bytes, digest }) => ({ path, bytes, digest }));
  return partOf(model, parseModelRef(ref), files);
}

/** Adds the weights in other formats that a reference to a whole repository leaves out, if they are there too. */
function withCopies(model: InventoryModel, stored: PinnedModel, context: ImportContext): PinnedModel {
  const pinned = stored as PinnedHfModel;
  if (parseModelRef(pinned.ref)['pattern'] !== null) return pinned;
  const selected = new Set(pinned.files.map(({ path }) => path));
  const others = model.files.flatMap((file) =>
    selected.has(file.path) ? [] : (hashed(file, context) ?? []),
  );
  const left = pinned.copies?.files ?? 0;
  const { copies: _, projectors: __, ...fields } = pinned;
  const complete = pinned.complete || (left > 0 && others.length === left);
  return others.length === 0 ? pinned : { ...fields, complete, files: [...pinned.files, ...others] };
}

/** Returns the model of the files that no whole model has; null without any; a text if one has no known hash. */
function restOf(
  model: InventoryModel,
  whole: readonly PinnedModel[],
  context: ImportContext,
): PinnedModel | string | null {
  const covered = new Set(whole.flatMap(({ files }) => files.map(({ path }) => path)));
  const others = model.files.filter(({ path }) => !covered.has(path));
  if (others.length === 0) return null;
  const layout = layoutOf(model);
  const isRepository = layout === 'hf-cache' || layout === 'tree';
  const files = others.map(
    (file) => hashed(file, context) ?? { path: file.path, bytes: file.bytes, digest: null },
  );
  const ref = { ...parseModelRef(model.references[0]), pattern: null };
  const part = isRepository ? partOf(model, ref, files) : null;
  if (part === null) return 'its manifest cannot be used';
  // a hub cache names content by its hash
  const unknown = layout === 'hf-cache' ? files.find(({ digest }) => digest === null) : undefined;
  return unknown === undefined ? part : `the hash of ${unknown.path} is unknown`;
}

function partOf({ commit }: InventoryModel, ref: ModelRef, files: readonly PinnedFile[]): PinnedModel | null {
  return sourceOf(ref).part(ref, { files, commit, manifest: null });
}

/** Returns a file with its hash: of its blob's name, else of the listing; null without one. */
function hashed({ path, bytes, digest }: InventoryFile, { listing }: ImportContext): PinnedFile | null {
  if (digest !== null) return { path, bytes, digest };
  return listing.find((file) => file.path === path && file.bytes === bytes && file.digest !== null) ?? null;
}

function entry(model: InventoryModel, pinned: PinnedModel, context: ImportContext): ImportModel {
  const { kind, directory } = context;
  const contents = new Map(model.files.map(({ path, content }) => [path, content]));
  const files = pinned.files.map((file): ImportFile => {
    const content = contents.get(file.path) ?? blobOf(model, file);
    return { path: file.path, from: placeOf(content, model, context) };
  });
  return { kind, directory, model: pinned, files, whole: true, listing: [] };
}

/** Returns the blob of a file in a hub cache, which another commit of the repository brought there. */
function blobOf({ path }: InventoryModel, { digest }: PinnedFile): string {
  return path.replace(/snapshots\/[^/]+$/, `blobs/${digest?.hex}`);
}

/** Returns a path of the inventory below the directory, which is a whole store or only the directory of one source. */
function placeOf(path: string, { source }: InventoryModel, { kind }: ImportContext): string {
  if (kind === 'rma' || source === null) return path;
  return path.slice(sourceOf({ source }).store.directory.length + 1);
}

function nameOf(model: InventoryModel, context: ImportContext): string {
  return placeOf(model.path, model, context);
}

function rejected(name: string, why: RejectedImport['why'], reason: string): Imports {
  return { models: [], rejected: [{ name, why, reason }] };
}
