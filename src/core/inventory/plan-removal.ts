import type { Inventory, InventoryFile, InventoryModel, ModelUser } from '../domain/inventory.ts';
import { EXIT, RmaError } from '../errors.ts';
import { leaseName } from '../store/lease-name.ts';
import { Removals, releasedSizes } from './removals.ts';
import { isDownloaded } from './shared-leases.ts';

/** What a removal deletes from a store. Paths are relative to the store. */
export interface Removal {
  readonly models: readonly RemovedModel[];
  /** the models' own names, in the order of their removal */
  readonly names: readonly string[];
  /** content that nothing else uses, removed after all names */
  readonly contents: readonly string[];
  /** receipts and records, below `.rma`, removed last */
  readonly records: readonly string[];
  readonly freedBytes: number;
  /** size of the content that stays in the store, because something else uses it */
  readonly keptBytes: number;
  /** references of models and other names in the store that use content of the removed models */
  readonly keptBy: readonly string[];
  /** size of the content that stays on disk, because hard links outside of the store lead to it */
  readonly linkedBytes: number;
}

export interface RemovedModel {
  readonly reference: string;
  readonly path: string;
  readonly neededBy: readonly ModelUser[];
  /** its pin stays, for when it is downloaded again */
  readonly isPinned: boolean;
  /** links of the user that lead to it, relative to the store: they stay, and lead nowhere */
  readonly links: readonly string[];
}

/** Returns what the removal of the models at these paths deletes from a store; paths without a model are left out. */
export function planRemoval(
  { models, undoContents, downloads = [] }: Pick<Inventory, 'models' | 'undoContents' | 'downloads'>,
  paths: readonly string[],
): Removal {
  const removed = models.filter(({ path }) => paths.includes(path));
  const busy = downloadedContents(removed, downloads);
  const others = models.filter((model) => !removed.includes(model));
  const shared = new Set(others.flatMap(({ records }) => records));
  const marked = new Set(undoContents);
  const removals = new Removals(new Set([...marked, ...busy]));
  const changes = removed.map((model) => removals.add(model));
  const released = changes.flatMap((change) => change.released);
  const kept = keptFiles(removed, released);
  const { freed, linked } = releasedSizes('bytes', released);
  const names = removed.flatMap((model) => model.names);
  return {
    models: removed.map((model) => removedModel(model, new Set(names))),
    names,
    contents: changes.flatMap(({ contents }) => contents),
    records: [...new Set(removed.flatMap(({ records }) => records))].filter((each) => !shared.has(each)),
    freedBytes: freed,
    keptBytes: kept.reduce((sum, { bytes }) => sum + bytes, 0),
    keptBy: [
      ...usersOf(kept, others),
      ...(kept.some(({ content }) => marked.has(content)) ? ['models marked for deletion'] : []),
      ...(kept.some(({ content }) => busy.has(content)) ? ['running downloads'] : []),
    ],
    linkedBytes: linked,
  };
}

/** Returns the contents of models that downloads of other models may use. A removal waits for those of its own models. */
function downloadedContents(
  removed: readonly InventoryModel[],
  downloads: readonly string[],
): ReadonlySet<string> {
  const own = new Set(removed.flatMap(({ lease }) => (lease === null ? [] : leaseName(lease))));
  const others = downloads.filter((name) => !own.has(name));
  const contents = removed.flatMap(({ files }) => files.map(({ content }) => content));
  return new Set(contents.filter((path) => isDownloaded(path, others)));
}

/** Returns the files of the removed models of which content stays, one for each content. */
function keptFiles(
  removed: readonly InventoryModel[],
  released: readonly InventoryFile[],
): readonly InventoryFile[] {
  const gone = new Set(released.map(({ inode }) => inode));
  const kept = removed.flatMap(({ files }) => files.filter(({ inode }) => !gone.has(inode)));
  return [...new Map(kept.map((file) => [file.inode, file])).values()];
}

/** Returns the references of models and the other names that use files, sorted. */
function usersOf(files: readonly InventoryFile[], others: readonly InventoryModel[]): readonly string[] {
  if (files.length === 0) return [];
  const inodes = new Set(files.map(({ inode }) => inode));
  const models = others.filter(
    // one with sums shares no content
    (model) => model.sums === undefined && model.files.some(({ inode }) => inodes.has(inode)),
  );
  const users = [
    ...models.map(({ references: [first] }) => first),
    ...files.flatMap((file) => file.otherNames),
  ];
  return [...new Set(users)].sort();
}

function removedModel(model: InventoryModel, names: ReadonlySet<string>): RemovedModel {
  const { references, path, neededBy, isPinned, linkedFrom } = model;
  const links = linkedFrom.filter((link) => !names.has(link));
  return { reference: references[0], path, neededBy, isPinned, links };
}

/** Refuses a removal of models that workers need. @throws RmaError RMA_MODEL_NEEDED (3) */
export function assertUnneeded({ models }: Pick<Removal, 'models'>): void {
  const needed = models.filter(({ neededBy }) => neededBy.length > 0);
  if (needed.length === 0) return;
  const texts = needed.map(
    ({ reference, neededBy }) =>
      `${reference} is needed by ${neededBy.map(({ host, project, profile }) => `${project}/${profile} on ${host}`).join(', ')}`,
  );
  throw new RmaError('RMA_MODEL_NEEDED', texts.join('; '), {
    exitCode: EXIT.notReady,
    hint: 'remove the model from these projects; to stop one and release its models: rma down --forget; to remove the model anyway: --force; their workers download it again',
    details: { models: needed },
  });
}
