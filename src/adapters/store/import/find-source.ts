import { basename, dirname, join, relative, resolve } from 'node:path';
import { bundledModels } from '../../../core/bundle/bundle-manifest.ts';
import type { ImportKind, ImportSource } from '../../../core/domain/import.ts';
import type { InventoryModel } from '../../../core/domain/inventory.ts';
import type { PinnedFile } from '../../../core/domain/pinned-model.ts';
import type { StoredModel } from '../../../core/domain/stored-model.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { llamaCppImports, lmStudioImports } from '../../../core/import/flat-imports.ts';
import { isHubRepository, isInsideHubRepository } from '../../../core/import/hub-repository.ts';
import { type Imports, importsOf } from '../../../core/import/imports-of.ts';
import { INNER_DIRECTORIES, RECOGNIZED_DEPTH, recognize } from '../../../core/import/recognize.ts';
import { keyedRef } from '../../../core/inventory/needed-by.ts';
import { shell } from '../../../core/shell-quote.ts';
import { layoutOf, SOURCES, sourceOf } from '../../../core/source/sources.ts';
import { type StorePaths, storePaths } from '../../../core/source/store-paths.ts';
import { isWeightIndex, missingParts } from '../../../core/verify/weight-map.ts';
import { readBundle } from '../bundle/read-bundle.ts';
import { errnoOf, realDisk } from '../disk/disk.ts';
import { guardedDisk } from '../disk/guarded-disk.ts';
import { guardOf, StoreGuard } from '../disk/store-guard.ts';
import { textAt } from '../disk/text-at.ts';
import { FileModelStore } from '../file-model-store.ts';
import { walk } from '../inventory/walk.ts';

/**
 * Returns what a program has in a directory, in the usual place below it, or in one repository of a hub cache; null if it is no directory of a known program.
 * Reads names and records, no content. @throws RmaError RMA_IMPORT_NO_DIRECTORY (2), RMA_IMPORT_UNREADABLE (3)
 */
export async function findSource(given: string): Promise<ImportSource | null> {
  await assertDirectory(given);
  const path = resolve(given);
  if (isInsideHubRepository(path)) return null;
  if (isHubRepository(basename(path), await namesIn(path, 1))) return hubRepository(path);
  for (const inner of INNER_DIRECTORIES) {
    const directory = resolve(given, inner);
    const kind = recognize(await namesIn(directory, RECOGNIZED_DEPTH));
    if (kind === null) continue;
    const { models, rejected } = await read(kind, directory);
    return { kind, directory, models, rejected };
  }
  return null;
}

async function read(kind: ImportKind, directory: string): Promise<Imports> {
  if (kind === 'bundle') return { models: bundledModels(readBundle(directory), directory), rejected: [] };
  if (kind === 'rma') return inventoried(kind, { directory, paths: storePaths(directory, {}) });
  if (kind === 'lmstudio' || kind === 'llamacpp') return flat(kind, directory);
  const own = SOURCES.filter(({ store }) => store.program === kind).map(({ id }) => [id, directory]);
  const paths = { root: directory, state: join(directory, '.rma'), sources: Object.fromEntries(own) };
  return inventoried(kind, { directory, paths });
}

/** Returns the models of one repository of a hub cache, as found in the whole cache; their paths are below the repository. */
async function hubRepository(directory: string): Promise<ImportSource> {
  const [hub, name] = [dirname(directory), basename(directory)];
  const paths = { root: hub, state: join(hub, '.rma'), sources: { hf: hub } };
  const isInside = ({ path }: InventoryModel) => path.includes(`/${name}/`);
  const { models, rejected } = await inventoried('huggingface', { directory: hub, paths, isInside });
  return {
    kind: 'huggingface',
    directory,
    models: models.map((found) => ({
      ...found,
      directory,
      files: found.files.map(({ path, from }) => ({ path, from: from.slice(name.length + 1) })),
    })),
    rejected,
  };
}

async function flat(kind: 'lmstudio' | 'llamacpp', directory: string): Promise<Imports> {
  const guard = new StoreGuard([directory]);
  const context = { disk: guardedDisk(realDisk, guard), guard };
  const reads = (path: string) => kind === 'llamacpp' && /^[^/]+\.json$/.test(path);
  const { files, texts } = await walk(context, { root: directory, skip: new Set(), reads });
  const content = files.filter(({ inode }) => inode !== null);
  return kind === 'lmstudio'
    ? lmStudioImports(directory, content)
    : llamaCppImports(directory, content, texts);
}

interface Inventoried {
  readonly directory: string;
  readonly paths: StorePaths;
  /** default: all models */
  readonly isInside?: (model: InventoryModel) => boolean;
}

async function inventoried(
  kind: ImportKind,
  { directory, paths, isInside = () => true }: Inventoried,
): Promise<Imports> {
  const store = new FileModelStore({ paths, clock: NO_CLOCK });
  const guard = guardOf(paths);
  const { models } = await store.inventory();
  const found: Imports[] = [];
  for (const model of models.filter(isInside)) {
    const recalled = await recallAll(store, model);
    const listing = await listingOf(store, model);
    const lostShards = lostShardsOf({ guard, paths }, model);
    found.push(importsOf(model, { kind, directory, recalled, listing, lostShards }));
  }
  return {
    models: found.flatMap((each) => each.models),
    rejected: found.flatMap((each) => each.rejected),
  };
}

async function recallAll(
  store: FileModelStore,
  { references, path }: InventoryModel,
): Promise<ReadonlyMap<string, StoredModel>> {
  const recalled = new Map<string, StoredModel>();
  for (const ref of references) {
    const stored = ref === path ? null : await store.recall(ref);
    if (stored !== null) recalled.set(ref, stored);
  }
  return recalled;
}

/** Returns all files of a commit of a hub cache, as its tools listed them; none if they did not. */
async function listingOf(store: FileModelStore, model: InventoryModel): Promise<readonly PinnedFile[]> {
  const ref = layoutOf(model) === 'hf-cache' ? keyedRef(model.references[0])?.ref : undefined;
  if (ref === undefined || model.commit === null) return [];
  const all = sourceOf(ref).format({ ...ref, revision: model.commit, pattern: '*' });
  return (await store.recall(all))?.model.files ?? [];
}

/** Returns the parts of sharded weights that the indexes of a model name, and that it lacks. */
function lostShardsOf(
  context: Parameters<typeof textAt>[0],
  { path: folder, files }: InventoryModel,
): readonly string[] {
  const names = files.map(({ path }) => path);
  const indexes = names
    .filter(isWeightIndex)
    .map((name) => [name, textAt(context, `${folder}/${name}`) ?? ''] as const);
  return missingParts(names, new Map(indexes));
}

/** The clock of a store that is only read. */
const NO_CLOCK = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() };

/** Returns the names below a directory without following links, sorted; those of what cannot be read are left out. */
async function namesIn(directory: string, depth: number): Promise<readonly string[]> {
  const names: string[] = [];
  const look = async (folder: string, left: number): Promise<void> => {
    const entries = await orErrno(realDisk.readdir(folder, { withFileTypes: true }));
    for (const entry of typeof entries === 'string' ? [] : entries) {
      const path = join(folder, entry.name);
      names.push(relative(directory, path));
      if (entry.isDirectory() && left > 1) await look(path, left - 1);
    }
  };
  await look(directory, depth);
  return names.sort();
}

async function assertDirectory(directory: string): Promise<void> {
  const stats = await orErrno(realDisk.stat(directory));
  if (typeof stats === 'string' || !stats.isDirectory()) {
    throw new RmaError('RMA_IMPORT_NO_DIRECTORY', `${directory} is not a directory`, {
      exitCode: EXIT.usage,
      hint: 'pass the directory in which another program keeps its models, such as ~/.cache/huggingface/hub',
    });
  }
  const names = await orErrno(realDisk.readdir(directory));
  if (typeof names === 'string') {
    throw new RmaError('RMA_IMPORT_UNREADABLE', `cannot read ${directory} (${names})`, {
      exitCode: EXIT.notReady,
      hint: shell`run the command as a user who can read it, or grant access: ls -ld ${directory}`,
    });
  }
}

/** Returns the result of an operation, or the errno name with which it fails. */
async function orErrno<T>(step: Promise<T>): Promise<T | string> {
  try {
    return await step;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === null) throw error;
    return errno;
  }
}
