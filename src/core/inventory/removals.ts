import type { InventoryFile, InventoryModel } from '../domain/inventory.ts';

/** What the removal of one more model changes. */
export interface Removed {
  /** paths to which nothing leads any more */
  readonly contents: readonly string[];
  /** files of which the last hard link in the store is removed, one for all names of the same content */
  readonly released: readonly InventoryFile[];
}

/** Counts what uses content while models are removed one after the other. */
export class Removals {
  readonly #needed: ReadonlySet<string>;
  /** path of content with several users → users that were removed */
  readonly #users = new Map<string, number>();
  /** paths of content with several users that were removed */
  readonly #gone = new Set<string>();
  /** inode of content with several hard links → number of its paths that were removed */
  readonly #links = new Map<string, number>();

  /** `needed`: paths of content that stays, whatever is removed. */
  constructor(needed: ReadonlySet<string> = new Set()) {
    this.#needed = needed;
  }

  /** Removes a model. A name of the model that is also its content does not count as content, and is removed whatever uses it. */
  add({ files, names }: Pick<InventoryModel, 'files' | 'names'>): Removed {
    const own = new Set(names);
    const contents: string[] = [];
    const released: InventoryFile[] = [];
    for (const file of new Map(files.map((each) => [each.content, each])).values()) {
      const isOwn = own.has(file.content);
      if (!this.#isRemoved(file, isOwn)) continue;
      if (!isOwn) contents.push(file.content);
      if (this.#isReleased(file)) released.push(file);
    }
    return { contents, released };
  }

  /** Returns whether content is removed with this user. */
  #isRemoved({ content, users }: InventoryFile, isOwn: boolean): boolean {
    if (!isOwn && this.#needed.has(content)) return false;
    if (users <= 1) return true;
    const count = (this.#users.get(content) ?? 0) + 1;
    this.#users.set(content, count);
    if (this.#gone.has(content) || (!isOwn && count < users)) return false;
    this.#gone.add(content);
    return true;
  }

  /** Returns whether a removed path was the last of its content. */
  #isReleased({ inode, links }: InventoryFile): boolean {
    if (links <= 1) return true;
    const count = (this.#links.get(inode) ?? 0) + 1;
    this.#links.set(inode, count);
    return count >= links;
  }
}

/** Returns the size of what a removal releases, split by whether hard links elsewhere keep it on disk. */
export function releasedSizes(
  size: 'bytes' | 'diskBytes',
  released: readonly InventoryFile[],
): { readonly freed: number; readonly linked: number } {
  let freed = 0;
  let linked = 0;
  for (const file of released) {
    if (file.linksElsewhere > 0) linked += file[size];
    else freed += file[size];
  }
  return { freed, linked };
}
