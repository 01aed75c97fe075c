import { join, resolve } from 'node:path';
import { isSharedBlob } from '../../../core/cache/cache-entries.ts';
import type { CacheView, Leftover, MarkedEntry } from '../../../core/cache/cache-view.ts';
import type { Inventory, InventoryItem } from '../../../core/domain/inventory.ts';
import type { ScannedFile, ScannedTree, StoreScan } from '../../../core/domain/store-scan.ts';
import { buildInventory } from '../../../core/inventory/build-inventory.ts';
import { distinctSize } from '../../../core/inventory/distinct-size.ts';
import { below } from '../../../core/inventory/grouped-tree.ts';
import { milliseconds } from '../../../core/inventory/milliseconds.ts';
import { totalSize } from '../../../core/inventory/total-size.ts';
import { layoutOf, SOURCES } from '../../../core/source/sources.ts';
import type { Clock } from '../../../ports/clock.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';
import { spaceAt } from '../disk/same-file-system.ts';
import { type ScanContext, scanStore, statesOf } from '../inventory/scan-store.ts';
import { walk } from '../inventory/walk.ts';
import type { Leases } from '../lease/lease.ts';
import { linksWithin } from './links-within.ts';
import { stateFolder } from './places.ts';

export interface CacheScanContext extends ScanContext {
  readonly clock: Clock;
  readonly leases: Pick<Leases, 'active'>;
  readonly marked: () => Promise<readonly MarkedEntry[]>;
}

/** Reads everything that prune decides by. Writes nothing. */
export async function scanCache(context: CacheScanContext): Promise<CacheView> {
  const { paths, clock } = context;
  // before the files: a download that starts later finds the lease of prune
  const activeLeases = await context.leases.active();
  const scan = await scanStore(context);
  const inventory = buildInventory(scan);
  const own = [...(await ownLeftovers(context, 'staging')), ...(await ownLeftovers(context, 'quarantine'))];
  const foreign = foreignLeftovers(inventory, scan.trees);
  return {
    inventory,
    leftovers: [...own.map(({ item }) => item), ...foreign],
    marked: await context.marked(),
    diskBytes: totalSize(
      'diskBytes',
      scan.trees,
      own.flatMap(({ members }) => members),
    ),
    activeLeases,
    needs: scan.needs,
    pins: scan.pins,
    unreadable: [...scan.badNeeds, ...scan.badPins].map((path) => `.rma/${path}`),
    badManifests: badManifests(scan, inventory),
    links: linksWithin(paths, scan.trees),
    ...(await spaceAt(paths.root)),
    now: clock.now(),
  };
}

interface OwnLeftover {
  readonly item: Leftover;
  readonly members: readonly ScannedFile[];
}

/** Returns what is in a directory of `.rma`, and beside the parts that variables have moved: one leftover for each name. */
async function ownLeftovers(
  context: CacheScanContext,
  folder: 'staging' | 'quarantine',
): Promise<readonly OwnLeftover[]> {
  const found: OwnLeftover[] = [];
  for (const state of statesOf(context.paths)) {
    const root = join(state, folder);
    const { files } = await walk(context, { root, skip: new Set(), reads: () => false });
    const groups = new Map<string, ScannedFile[]>();
    for (const file of files) {
      const [name = ''] = file.path.split('/');
      const members = groups.get(name) ?? [];
      members.push(file);
      groups.set(name, members);
    }
    groups.delete('');
    const prefix = stateFolder(context.paths, resolve(state), folder);
    const kind: Leftover['kind'] = folder === 'staging' ? 'partial' : 'quarantine';
    for (const [name, members] of groups) {
      // without content there is no time to judge by
      if (members.every(({ inode }) => inode === null)) continue;
      found.push({
        item: leftover(`${prefix}/${name}`, members, { kind, source: null, lease: null }),
        members,
      });
    }
    const items = await emptyDirectories(context.disk, root, new Set(groups.keys()));
    found.push(
      ...items.map((item) => ({ item: { ...item, path: `${prefix}/${item.path}`, kind }, members: [] })),
    );
  }
  return found;
}

/** Returns the directories without files, which a process that died leaves. */
async function emptyDirectories(
  disk: Disk,
  root: string,
  filled: ReadonlySet<string>,
): Promise<readonly Omit<Leftover, 'kind'>[]> {
  const names = (await unless(NO_RECORD, disk.readdir(root))) ?? [];
  const items: Omit<Leftover, 'kind'>[] = [];
  for (const path of names.filter((name) => !filled.has(name))) {
    const stats = await unless(NO_RECORD, disk.lstat(join(root, path)));
    if (stats?.isDirectory() !== true) continue;
    const modifiedAt = stats.mtime.toISOString();
    items.push({ path, source: null, lease: null, files: 0, bytes: 0, diskBytes: 0, modifiedAt });
  }
  return items;
}

/** Returns partial downloads of other programs, and content without a model. Links into a shared store of blobs are none. */
function foreignLeftovers(
  { partial, orphans }: Inventory,
  trees: readonly ScannedTree[],
): readonly Leftover[] {
  const wanted = new Set([...partial, ...orphans].map(({ path }) => path));
  const files = new Map<string, ScannedFile>();
  for (const tree of wanted.size === 0 ? [] : trees) {
    for (const file of tree.files) {
      const path = below(tree, file.path);
      if (wanted.has(path)) files.set(path, file);
    }
  }
  const of = (items: readonly InventoryItem[], kind: Leftover['kind']) =>
    items.flatMap(({ path }) => {
      const file = files.get(path);
      if (file === undefined || file.inode === null || file.target !== null || isSharedBlob(path)) return [];
      return [leftover(path, [file], { kind, ...sourceAt(path) })];
    });
  return [...of(partial, 'partial'), ...of(orphans, 'orphan')];
}

function leftover(
  path: string,
  members: readonly ScannedFile[],
  rest: Pick<Leftover, 'kind' | 'source' | 'lease'>,
): Leftover {
  const newest = members.reduce((time, { mtimeNs }) => Math.max(time, milliseconds(mtimeNs)), 0);
  return {
    ...rest,
    path,
    files: members.length,
    bytes: distinctSize('bytes', members),
    diskBytes: distinctSize('diskBytes', members),
    modifiedAt: new Date(newest).toISOString(),
  };
}

/** Returns the source of a path, and the lease of its repository. */
function sourceAt(path: string): Pick<Leftover, 'source' | 'lease'> {
  const source = SOURCES.find(({ store }) => path.startsWith(`${store.directory}/`));
  if (source === undefined) return { source: null, lease: null };
  const folder = /^[^/]+/.exec(path.slice(source.store.directory.length + 1))?.[0];
  return {
    source: source.id,
    lease: source.store.layout === 'hf-cache' ? `${source.id}-${folder}` : null,
  };
}

/** Returns the manifests of Ollama stores that cannot be read. */
function badManifests({ trees }: StoreScan, { models }: Inventory): readonly string[] {
  const own = models.filter((model) => layoutOf(model) === 'ollama');
  const known = new Set(own.flatMap(({ names }) => names));
  return trees
    .filter((tree) => layoutOf(tree) === 'ollama')
    .flatMap((tree) =>
      tree.files.filter(({ path }) => path.startsWith('manifests/')).map(({ path }) => below(tree, path)),
    )
    .filter((path) => !known.has(path));
}
