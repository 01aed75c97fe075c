import type { ScannedTree } from '../domain/store-scan.ts';
import { sourceOf } from '../source/sources.ts';
import type { TreeGroups } from './group.ts';

/** A tree, and what its layout makes of it. */
export interface GroupedTree {
  readonly tree: ScannedTree;
  readonly groups: TreeGroups;
}

/** Returns a path of a tree, relative to the store. */
export function below({ source }: Pick<ScannedTree, 'source'>, path: string): string {
  const directory = source === null ? '' : sourceOf({ source }).store.directory;
  if (directory === '') return path;
  return path === '' ? directory : `${directory}/${path}`;
}
