import type { ScannedFile } from '../../../core/domain/store-scan.ts';
import { diskFault } from '../disk/disk-fault.ts';
import type { StoreGuard } from '../disk/store-guard.ts';
import { type Links, linksBelow, lookAt } from './walk.ts';

/** A directory of a tree. */
interface Listed {
  /** absolute path of the tree */
  readonly root: string;
  /** path below it */
  readonly folder: string;
}

/**
 * Returns the files below a directory, sorted by path, as a walk does; none if it was removed meanwhile.
 * @throws RmaError as disk operations
 */
export function listFiles(guard: StoreGuard, { root, folder }: Listed): readonly ScannedFile[] {
  try {
    const found = filesBelow({ guard, root, links: linksBelow(root, guard) }, folder);
    return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  } catch (error) {
    throw diskFault(error, `${root}/${folder}`);
  }
}

interface ListContext {
  readonly guard: StoreGuard;
  readonly root: string;
  readonly links: Links;
}

function filesBelow(context: ListContext, folder: string): ScannedFile[] {
  const { guard, root, links } = context;
  return guard.entriesIn(`${root}/${folder}`).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    const found = lookAt(links, { path, place: `${root}/${path}` }, entry);
    return typeof found === 'string' ? filesBelow(context, found) : (found ?? []);
  });
}
