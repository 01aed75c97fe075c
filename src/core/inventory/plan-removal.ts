import type { Inventory, InventoryModel, ModelUser } from '../domain/inventory.ts';
import { EXIT, RmaError } from '../errors.ts';

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
  /** size of the content that stays, because other models use it */
  readonly keptBytes: number;
  /** size of the content that stays on disk, because hard links outside of the models' directories lead to it */
  readonly linkedBytes: number;
}

export interface RemovedModel {
  readonly reference: string;
  readonly path: string;
  readonly neededBy: readonly ModelUser[];
  /** its pin stays, for when it is downloaded again */
  readonly isPinned: boolean;
}

/** Returns what the removal of the models at these paths deletes from a store; paths without a model are left out. */
export function planRemoval({ models }: Pick<Inventory, 'models'>, paths: readonly string[]): Removal {
  const removed = models.filter(({ path }) => paths.includes(path));
  const others = models.filter((model) => !removed.includes(model));
  const shared = new Set(others.flatMap(({ records }) => records));
  const files = removed.flatMap((model) => distinct(model, ({ content }) => content));
  const names = removed.flatMap((model) => model.names);
  const uses = countBy(files.map(({ content }) => content));
  const unused = files.filter(({ content, users }) => (uses.get(content) ?? 0) >= users);
  const contents = new Set(unused.map(({ content }) => content));
  for (const name of names) contents.delete(name);
  const inodes = removed.flatMap((model) => distinct(model, ({ inode }) => inode));
  const freed = new Map<string, number>();
  const kept = new Map<string, number>();
  const linked = new Map<string, number>();
  const counts = countBy(inodes.map(({ inode }) => inode));
  for (const { inode, inodeUsers, isLinkedElsewhere, bytes } of inodes) {
    const isUnused = (counts.get(inode) ?? 0) >= inodeUsers;
    (isUnused ? (isLinkedElsewhere ? linked : freed) : kept).set(inode, bytes);
  }
  return {
    models: removed.map(({ references: [reference], path, neededBy, isPinned }) => ({
      reference,
      path,
      neededBy,
      isPinned,
    })),
    names,
    contents: [...contents],
    records: [...new Set(removed.flatMap(({ records }) => records))].filter((each) => !shared.has(each)),
    freedBytes: sum(freed),
    keptBytes: sum(kept),
    linkedBytes: sum(linked),
  };
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
    hint: 'remove the model from these projects, or to remove it anyway: --force; their workers download it again',
    details: { models: needed },
  });
}

type File = InventoryModel['files'][number];

/** Returns the files of a model, those with the same key once. */
function distinct({ files }: InventoryModel, key: (file: File) => string): readonly File[] {
  return [...new Map(files.map((file) => [key(file), file])).values()];
}

function countBy(keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function sum(bytes: ReadonlyMap<string, number>): number {
  return [...bytes.values()].reduce((total, each) => total + each, 0);
}
