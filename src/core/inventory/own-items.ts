import type { ScannedFile } from '../domain/store-scan.ts';
import { hasContent } from './group.ts';
import { groupBy } from './group-by.ts';

/** What has one name in a directory of `.rma`: a directory with its files, or a file. */
export interface OwnItem {
  /** relative to the store; absolute next to a part of it that a variable has moved */
  readonly path: string;
  readonly members: readonly ScannedFile[];
}

const NAME = /^(?:.*\/)?\.rma\/(?:staging|quarantine)\/[^/]+/;

/** Returns the unfinished downloads or the quarantined entries that files of `.rma` belong to. One without content is none. */
export function ownItems(files: readonly ScannedFile[]): readonly OwnItem[] {
  return [...groupBy(files, ({ path }) => ownItemOf(path))]
    .map(([path, members]) => ({ path, members }))
    .filter(({ members }) => members.some(hasContent));
}

/** Returns the path of the item to which a file of `.rma` belongs. */
export function ownItemOf(path: string): string {
  return NAME.exec(path)?.[0] ?? path;
}
