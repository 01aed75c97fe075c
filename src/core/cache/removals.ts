import type { InventoryFile, InventoryModel } from '../domain/inventory.ts';

/** What the removal of one more model frees. */
export interface Freed {
  /** paths that no name refers to any more */
  readonly contents: readonly string[];
  readonly diskBytes: number;
}

/** Counts the users of content while models are removed one after the other. */
export class Removals {
  readonly #removed = new Map<string, number>();

  /** Removes a model. A name of the model that is also its content is none of the contents. */
  add({ files, names }: Pick<InventoryModel, 'files' | 'names'>): Freed {
    const own = new Set(names);
    const contents = distinct(files, ({ content }) => content).filter(
      ({ content, users }) => this.#count(`content ${content}`) >= users && !own.has(content),
    );
    const inodes = distinct(files, ({ inode }) => inode).filter(
      ({ inode, inodeUsers }) => this.#count(`inode ${inode}`) >= inodeUsers,
    );
    return {
      contents: contents.map(({ content }) => content),
      diskBytes: inodes.reduce((sum, { diskBytes }) => sum + diskBytes, 0),
    };
  }

  #count(key: string): number {
    const count = (this.#removed.get(key) ?? 0) + 1;
    this.#removed.set(key, count);
    return count;
  }
}

function distinct(
  files: readonly InventoryFile[],
  key: (file: InventoryFile) => string,
): readonly InventoryFile[] {
  return [...new Map(files.map((file) => [key(file), file])).values()];
}
