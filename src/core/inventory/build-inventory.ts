import type {
  Inventory,
  InventoryFile,
  InventoryItem,
  InventoryModel,
  UnknownItem,
} from '../domain/inventory.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import type { ScannedFile, ScannedTree, StoreScan } from '../domain/store-scan.ts';
import { recordName } from '../source/model-record.ts';
import { parseModelRef } from '../source/parse-ref.ts';
import type { Source } from '../source/source.ts';
import { SOURCES, sourceOf } from '../source/sources.ts';
import { pieceRecordName } from '../store/pieces.ts';
import { distinctSize } from './distinct-size.ts';
import { type GroupedFile, type GroupTree, type ModelGroup, ReceiptIndex, type TreeGroups } from './group.ts';
import { groupDocling } from './group-docling.ts';
import { groupFlat } from './group-flat.ts';
import { groupHfCache, isRef } from './group-hf-cache.ts';
import { groupOllama, isManifest } from './group-ollama.ts';
import { groupPlain } from './group-plain.ts';
import { groupTree } from './group-tree.ts';
import { below, type GroupedTree } from './grouped-tree.ts';
import { isPinned } from './is-pinned.ts';
import { linksInto } from './links-into.ts';
import { type ModelPlace, modelSizes } from './model-sizes.ts';
import { canonical, neededBy } from './needed-by.ts';
import { ownItems } from './own-items.ts';
import { type ScanIndex, scanIndex } from './scan-index.ts';
import { totalSize } from './total-size.ts';
import { unknownItems } from './unknown-items.ts';
import { usageOf } from './usage.ts';
import { useName } from './use-record.ts';
import type { Uses } from './uses.ts';

const GROUPS: Readonly<Record<Source['store']['layout'], GroupTree>> = {
  'hf-cache': groupHfCache,
  docling: groupDocling,
  flat: groupFlat,
  ollama: groupOllama,
  plain: groupPlain,
  tree: groupTree,
};

/** Files outside all layouts are unknown. */
const NO_GROUPS: TreeGroups = { models: [], partial: [], orphans: [], own: [] };

/** Returns whether the layout of a source consists of the text of a file, not only of its name. */
export function isLayoutText(source: string | null, path: string): boolean {
  const layout = SOURCES.find(({ id }) => id === source)?.store.layout;
  return (layout === 'hf-cache' && isRef(path)) || (layout === 'ollama' && isManifest(path));
}

/**
 * Returns everything that a scan of a store has seen, by the rules of its layouts. `undoContents`: content that marked models
 * use. `downloads`: as in `Inventory`.
 */
export function buildInventory(
  scan: StoreScan,
  undoContents: readonly string[] = [],
  downloads: readonly string[] = [],
): Inventory {
  const receipts = new ReceiptIndex(scan.receipts);
  const grouped = scan.trees.map((tree) => ({ tree, groups: groupsOf(tree, receipts) }));
  const index = scanIndex(scan, grouped);
  const counted = grouped.flatMap(({ tree, groups }) =>
    groups.models.map((group) => ({ group, model: inventoryModel({ tree, group }, index) })),
  );
  const models = counted.map(({ model }) => model);
  const settled = grouped.map((each) => withoutUsedOrphans(each, index.uses));
  const loose = (kind: 'partial' | 'orphans') =>
    settled.flatMap(({ tree, groups }) => groups[kind].map((file) => item(tree, file)));
  return {
    models: models.sort((a, b) => (a.references[0] < b.references[0] ? -1 : 1)),
    partial: [
      ...ownItems(scan.staging).map(({ path, members }) => ({
        path,
        files: members.length,
        bytes: distinctSize('bytes', members),
      })),
      ...loose('partial'),
    ],
    orphans: loose('orphans'),
    unknown: unknownOf(settled),
    undoContents,
    ...(downloads.length > 0 && { downloads }),
    denied: scan.trees.flatMap((tree) =>
      tree.files.flatMap(({ path, isDenied }) => (isDenied === true ? [below(tree, path) || '.'] : [])),
    ),
    get usage() {
      return usageOf(counted);
    },
    totalBytes: totalSize('bytes', scan.trees, scan.staging),
  };
}

function groupsOf(tree: ScannedTree, receipts: ReceiptIndex): TreeGroups {
  const { source } = tree;
  return source === null ? NO_GROUPS : GROUPS[sourceOf({ source }).store.layout](tree, receipts);
}

/** Leaves out the content without a model to which a name of the user leads: the user's it is. */
function withoutUsedOrphans({ tree, groups }: GroupedTree, uses: Uses): GroupedTree {
  const isUnused = ({ path }: ScannedFile) => uses.ofPath(tree, path) <= 1;
  return { tree, groups: { ...groups, orphans: groups.orphans.filter(isUnused) } };
}

function inventoryModel({ tree, group }: ModelPlace, index: ScanIndex): InventoryModel {
  const { uses } = index;
  const path = below(tree, group.path);
  const records = group.receipts.flatMap((receipt) => index.records.get(receipt) ?? []);
  const used = group.receipts.flatMap((receipt) => index.used.get(receipt) ?? []);
  const references = referencesOf(group, records);
  return {
    references: [references[0] ?? path, ...references.slice(1)],
    source: tree.source,
    path,
    commit: group.commit,
    get files() {
      return group.files.map((file) => inventoryFile(tree, index, file));
    },
    missing: missingOf(group, records),
    ...modelSizes({ tree, group }, uses),
    lastUsedAt: used.map(({ usedAt }) => usedAt).reduce<string | null>(later, null),
    neededBy: neededBy({ references, records, commit: group.commit }, index.needs),
    isPinned: isPinned({ references, path }, index.pins),
    get names() {
      return group.names.map((name) => below(tree, name));
    },
    linkedFrom: linksOf({ tree, group }, index),
    records: [
      ...group.receipts.map((receipt) => `receipts/${receipt}`),
      ...records.map(({ ref }) => `models/${recordName(parseModelRef(ref))}`),
      ...used.map((use) => `usage/${useName(use)}`),
      ...pieceRecords(group, index),
    ],
    lease: group.lease,
  };
}

/** Returns the names that the layout lacks, and those that its records have besides. */
function missingOf(group: ModelGroup, records: readonly PinnedModel[]): readonly string[] {
  const recorded = records.flatMap(({ files }) => files.map((file) => file.path));
  const here = new Set(recorded.length === 0 ? [] : group.files.map((file) => file.path));
  return [...new Set([...group.missing, ...recorded.filter((name) => !here.has(name))])].sort();
}

function linksOf({ tree, group }: ModelPlace, { links }: ScanIndex): readonly string[] {
  if (links.size === 0) return [];
  return linksInto(links, {
    path: below(tree, group.path),
    names: group.names.map((name) => below(tree, name)),
    contents: group.files.map(({ file }) => below(tree, file.target ?? file.path)),
  });
}

function pieceRecords(group: ModelGroup, { pieces }: ScanIndex): readonly string[] {
  if (pieces.size === 0 || group.sums !== undefined) return [];
  const names = group.files.flatMap(({ digest }) => (digest === null ? [] : [pieceRecordName(digest.hex)]));
  return [...new Set(names)].filter((name) => pieces.has(name));
}

/** Returns the references of a model, the preferred one first; none if it has none. */
function referencesOf(
  { references, pinned = [] }: ModelGroup,
  records: readonly PinnedModel[],
): readonly string[] {
  const texts = [...references, ...records.map(({ ref }) => ref), ...pinned];
  return [...new Set(texts.flatMap((text) => canonical(text) ?? []))];
}

function inventoryFile(
  tree: ScannedTree,
  { uses, hardLinks }: ScanIndex,
  { path, file, digest, isVerified }: GroupedFile,
): InventoryFile {
  const content = file.target ?? file.path;
  return {
    path,
    content: below(tree, content),
    bytes: file.bytes,
    diskBytes: file.diskBytes,
    digest,
    isVerified,
    users: uses.ofPath(tree, content),
    get otherNames() {
      return uses.otherNames(tree, file);
    },
    inode: file.inode,
    ...hardLinks.of(file.inode),
  };
}

/** Returns the later of two times, RFC 3339, UTC. */
function later(one: string | null, two: string): string {
  return one === null || Date.parse(one) < Date.parse(two) ? two : one;
}

function unknownOf(grouped: readonly GroupedTree[]): readonly UnknownItem[] {
  const files = grouped.flatMap(({ tree, groups }) => {
    const unknown = groups.unknown ?? unknownIn(tree, groups);
    return unknown.map((file) => ({ ...file, path: below(tree, file.path) }));
  });
  return files.length === 0 ? [] : unknownItems(files, knownBelow(grouped));
}

function unknownIn({ files }: ScannedTree, groups: TreeGroups): readonly ScannedFile[] {
  const known = new Set(knownPaths(groups));
  return files.filter(({ path }) => !known.has(path));
}

/** Returns the paths of a tree that its layout knows. */
function* knownPaths({ models, partial, orphans, own }: TreeGroups): Iterable<string> {
  yield* own;
  for (const { path } of [...partial, ...orphans]) yield path;
  for (const model of models) {
    // nothing unknown is in its directory
    if (model.sums !== undefined) yield `${model.path}/`;
    else {
      yield* model.names;
      for (const { file } of model.files) yield file.target ?? file.path;
    }
  }
}

/** Returns the known paths of all trees, their own directories included. */
function* knownBelow(grouped: readonly GroupedTree[]): Iterable<string> {
  for (const { tree, groups } of grouped) {
    const directory = below(tree, '');
    if (directory !== '') yield `${directory}/`;
    for (const path of knownPaths(groups)) yield below(tree, path);
  }
}

function item(tree: ScannedTree, { path, bytes }: ScannedFile): InventoryItem {
  return { path: below(tree, path), files: 1, bytes };
}
