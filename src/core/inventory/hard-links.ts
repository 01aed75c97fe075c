import type { ScannedFile, ScannedTree } from '../domain/store-scan.ts';

/** The hard links to content. */
export interface LinkCount {
  /** in the directories of the layouts, and as unknown files of the store */
  readonly links: number;
  /** anywhere else */
  readonly linksElsewhere: number;
}

const ONE: LinkCount = { links: 1, linksElsewhere: 0 };

/** Counts the hard links to the content of a store; only content with several is kept in memory. */
export class HardLinks {
  /** inode → hard links that were seen, and of how many */
  readonly #counts = new Map<string, { seen: number; all: number }>();

  /** `marked`: files that prune marked for deletion; they keep no content. */
  constructor(trees: readonly Pick<ScannedTree, 'files'>[], marked: readonly ScannedFile[]) {
    for (const { files } of trees) {
      for (const { inode, isOnlyName, links = 1, target, leadsElsewhere } of files) {
        if (inode === null || isOnlyName === true) continue;
        const count = this.#countOf(inode, links);
        if (target === null && leadsElsewhere !== true) count.seen += 1;
      }
    }
    for (const { inode } of marked) {
      const count = this.#counts.get(inode ?? '');
      if (count !== undefined) count.all -= 1;
    }
  }

  of(inode: string): LinkCount {
    const count = this.#counts.get(inode);
    if (count === undefined) return ONE;
    // what only symbolic links lead to is outside of the scan
    const links = Math.max(1, count.seen);
    return { links, linksElsewhere: Math.max(0, count.all - links) };
  }

  #countOf(inode: string, all: number): { seen: number; all: number } {
    const known = this.#counts.get(inode);
    if (known !== undefined) return known;
    const count = { seen: 0, all };
    this.#counts.set(inode, count);
    return count;
  }
}
