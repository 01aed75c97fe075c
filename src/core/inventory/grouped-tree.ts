import type { ScannedTree } from '../domain/store-scan.ts';
import { SOURCES, sourceOf } from '../source/sources.ts';
import type { TreeGroups } from './group.ts';

/** A tree, and what its layout makes of it. */
export interface GroupedTree {
  readonly tree: ScannedTree;
  readonly groups: TreeGroups;
}

/** A path by the tree that has it. */
export interface Place {
  readonly source: string | null;
  /** below the tree */
  readonly path: string;
}

/** Returns a path of a tree, relative to the store. */
export function below({ source }: Pick<ScannedTree, 'source'>, path: string): string {
  const directory = source === null ? '' : sourceOf({ source }).store.directory;
  if (directory === '') return path;
  return path === '' ? directory : `${directory}/${path}`;
}

/** Returns the tree that has a path: a link outside all layouts may lead into one. */
export function placeOf({ source }: Pick<ScannedTree, 'source'>, path: string): Place {
  if (source !== null) return { source, path };
  const other = SOURCES.find(({ store }) => path.startsWith(`${store.directory}/`));
  return other === undefined
    ? { source, path }
    : { source: other.id, path: path.slice(other.store.directory.length + 1) };
}
