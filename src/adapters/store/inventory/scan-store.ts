import { basename, dirname, join, resolve } from 'node:path';
import { parsePin } from '../../../core/cache/pin.ts';
import type { ScannedFile, ScannedReceipt, ScannedTree, StoreScan } from '../../../core/domain/store-scan.ts';
import { isLayoutText } from '../../../core/inventory/build-inventory.ts';
import { receiptsFolder } from '../../../core/inventory/group-plain.ts';
import { readNeeds } from '../../../core/inventory/read-needs.ts';
import { listLinked } from '../../../core/inventory/summed-directories.ts';
import { readUse } from '../../../core/inventory/use-record.ts';
import { parseAnyRecord } from '../../../core/source/model-record.ts';
import { layoutOf } from '../../../core/source/sources.ts';
import type { StorePaths } from '../../../core/source/store-paths.ts';
import { PIECES_FOLDER } from '../../../core/store/pieces.ts';
import type { StoreGuard } from '../disk/store-guard.ts';
import { RECEIPT_SUFFIX, readReceiptSync } from '../receipts/receipts.ts';
import { linksWithin } from './links-within.ts';
import { sumDirectories } from './sum-directories.ts';
import { type WalkContext, walk } from './walk.ts';

export interface ScanContext extends WalkContext {
  readonly paths: StorePaths;
}

/** Walks through a store once, and reads its records. Writes nothing, and reads no content of models. */
export async function scanStore(context: ScanContext): Promise<StoreScan> {
  const { paths, guard } = context;
  const text = (path: string) => guard.readText(join(paths.state, path)) ?? '';
  const recordsIn = (folder: string) =>
    guard
      .namesBelow(join(paths.state, folder))
      .filter((name) => name.endsWith('.json'))
      .map((name) => `${folder}/${name}`);
  const pins = recordsIn('pins').map((path) => ({ path, pin: parsePin(text(path)) }));
  const needs = recordsIn('projects').map((path) => ({ path, found: readNeeds(text(path)) }));
  const receipts = receiptsOf(paths, guard);
  const trees = listLinked(await treesOf(context, receipts));
  return {
    trees,
    links: linksWithin(paths, trees),
    marked: [],
    receipts,
    pieces: new Set(recordsIn(PIECES_FOLDER)),
    records: recordsIn('models').flatMap((path) => parseAnyRecord(text(path))?.model ?? []),
    needs: needs.flatMap(({ found }) => found ?? []),
    badNeeds: needs.flatMap(({ path, found }) => (found === null ? [path] : [])),
    uses: recordsIn('usage').flatMap((path) => readUse(text(path), basename(path)) ?? []),
    pins: pins.flatMap(({ pin }) => pin ?? []),
    badPins: pins.flatMap(({ path, pin }) => (pin === null ? [path] : [])),
    staging: (await ownFiles(context, 'staging')).map((file) => ({ ...file, bytes: writtenBytes(file) })),
  };
}

async function treesOf(
  context: ScanContext,
  receipts: readonly ScannedReceipt[],
): Promise<readonly ScannedTree[]> {
  const described = new Set(receipts.map(({ path }) => dirname(path)));
  const root = resolve(context.paths.root);
  const sources = Object.entries(context.paths.sources).map(
    ([source, path]) => [source, resolve(path)] as const,
  );
  const owned = [...sources.map(([, path]) => path), ...statesOf(context.paths)];
  const trees: ScannedTree[] = [];
  for (const [source, path] of [...sources, [null, root] as const]) {
    // a part that was moved to the root of the store already has all its files
    if (source === null && owned.includes(root)) continue;
    const skip = new Set(owned.filter((each) => each !== path));
    const reads = (name: string) => isLayoutText(source, name);
    const isSummed = (repo: string) =>
      source !== null && layoutOf({ source }) === 'plain' && !described.has(receiptsFolder({ source, repo }));
    const summed = await sumDirectories(context, { root: path, skip, isSummed });
    const rest = new Set([...skip, ...summed.map((directory) => join(path, directory.path))]);
    trees.push({ source, summed, ...(await walk(context, { root: path, skip: rest, reads })) });
  }
  return trees;
}

/** Returns the files in a directory of `.rma`, and beside the parts that variables have moved; paths relative to the store. */
export async function ownFiles(
  context: ScanContext,
  folder: 'staging' | 'quarantine' | 'trash',
): Promise<readonly ScannedFile[]> {
  const found: ScannedFile[] = [];
  for (const state of statesOf(context.paths)) {
    const root = join(state, folder);
    const { files } = await walk(context, { root, skip: new Set(), reads: () => false });
    const prefix = stateFolder(context.paths, state, folder);
    for (const file of files) found.push({ ...file, path: `${prefix}/${file.path}` });
  }
  return found;
}

/** Returns the bytes of a partial file that are written: the size of a part is that of the whole file. */
function writtenBytes({ path, bytes, diskBytes }: ScannedFile): number {
  return path.endsWith('.part') ? Math.min(bytes, diskBytes) : bytes;
}

/** Returns the name of a directory of rma's own files: below the store, or absolute beside a part that a variable has moved. */
export function stateFolder(paths: StorePaths, state: string, folder: string): string {
  return state === resolve(paths.state) ? `.rma/${folder}` : join(state, folder);
}

/** Returns the directories with rma's own files, that of the store first: of the store, and beside the parts that variables have moved. */
export function statesOf({ state, root, sources }: StorePaths): readonly string[] {
  const moved = Object.values(sources).filter((path) => !resolve(path).startsWith(`${resolve(root)}/`));
  return [...new Set([resolve(state), ...moved.map((path) => join(dirname(resolve(path)), '.rma'))])];
}

function receiptsOf({ state }: StorePaths, guard: StoreGuard): readonly ScannedReceipt[] {
  const folder = join(state, 'receipts');
  return guard
    .namesBelow(folder)
    .filter((path) => path.endsWith(RECEIPT_SUFFIX))
    .flatMap((path) => {
      const receipt = readReceiptSync(join(folder, path), guard);
      return receipt === null ? [] : [{ path, from: receipt.from, files: receipt.files }];
    });
}
