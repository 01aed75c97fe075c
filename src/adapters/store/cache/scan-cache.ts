import { join } from 'node:path';
import { isSharedBlob } from '../../../core/cache/cache-entries.ts';
import type { CacheView, Leftover, MarkedEntry } from '../../../core/cache/cache-view.ts';
import type { Inventory, InventoryItem } from '../../../core/domain/inventory.ts';
import type { ScannedFile, ScannedTree, StoreScan } from '../../../core/domain/store-scan.ts';
import { buildInventory } from '../../../core/inventory/build-inventory.ts';
import { distinctSize } from '../../../core/inventory/distinct-size.ts';
import { below } from '../../../core/inventory/grouped-tree.ts';
import { HardLinks } from '../../../core/inventory/hard-links.ts';
import { milliseconds } from '../../../core/inventory/milliseconds.ts';
import { ownItemOf, ownItems } from '../../../core/inventory/own-items.ts';
import { totalSize } from '../../../core/inventory/total-size.ts';
import { layoutOf, SOURCES } from '../../../core/source/sources.ts';
import type { Clock } from '../../../ports/clock.ts';
import { NO_RECORD, unless } from '../disk/disk.ts';
import { spaceAt } from '../disk/same-file-system.ts';
import { ownFiles, type ScanContext, scanStore, stateFolder, statesOf } from '../inventory/scan-store.ts';
import type { Leases } from '../lease/lease.ts';

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
  const stored = await scanStore(context);
  const scan = { ...stored, marked: await ownFiles(context, 'trash') };
  const inventory = buildInventory(scan);
  const quarantined = await ownFiles(context, 'quarantine');
  return {
    inventory,
    leftovers: [
      ...ownLeftovers('partial', scan.staging),
      ...(await emptyLeftovers(context, 'staging', scan.staging)),
      ...ownLeftovers('quarantine', quarantined),
      ...(await emptyLeftovers(context, 'quarantine', quarantined)),
      ...foreignLeftovers(inventory, scan.trees),
    ],
    marked: await context.marked(),
    diskBytes: totalSize('diskBytes', scan.trees, [...scan.staging, ...quarantined]),
    activeLeases,
    needs: scan.needs,
    pins: scan.pins,
    unreadable: [...scan.badNeeds, ...scan.badPins].map((path) => `.rma/${path}`),
    badManifests: badManifests(scan, inventory),
    links: scan.links,
    ...(await spaceAt(paths.root)),
    now: clock.now(),
  };
}

function ownLeftovers(kind: Leftover['kind'], files: readonly ScannedFile[]): readonly Leftover[] {
  return ownItems(files).map(({ path, members }) =>
    leftover(path, members, { kind, source: null, lease: null }),
  );
}

/** Returns the directories without any of the files in them, which a process that died leaves. */
async function emptyLeftovers(
  { disk, paths }: CacheScanContext,
  folder: 'staging' | 'quarantine',
  files: readonly ScannedFile[],
): Promise<readonly Leftover[]> {
  const filled = new Set(files.map(({ path }) => ownItemOf(path)));
  const items: Leftover[] = [];
  for (const state of statesOf(paths)) {
    const root = join(state, folder);
    for (const name of (await unless(NO_RECORD, disk.readdir(root))) ?? []) {
      const path = `${stateFolder(paths, state, folder)}/${name}`;
      if (filled.has(path)) continue;
      const stats = await unless(NO_RECORD, disk.lstat(join(root, name)));
      if (stats?.isDirectory() !== true) continue;
      const kind = folder === 'staging' ? 'partial' : 'quarantine';
      items.push({ ...EMPTY, kind, path, modifiedAt: stats.mtime.toISOString() });
    }
  }
  return items;
}

const EMPTY = { source: null, lease: null, files: 0, bytes: 0, diskBytes: 0, linkedBytes: 0 };

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
    linkedBytes: distinctSize('diskBytes', linkedElsewhere(members)),
    modifiedAt: new Date(newest).toISOString(),
  };
}

/** Returns the files to which more hard links lead than their own names. */
function linkedElsewhere(members: readonly ScannedFile[]): readonly ScannedFile[] {
  const links = new HardLinks([{ files: members }], []);
  return members.filter(({ inode }) => inode !== null && links.of(inode).linksElsewhere > 0);
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
