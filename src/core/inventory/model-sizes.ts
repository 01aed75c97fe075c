import type { InventoryModel } from '../domain/inventory.ts';
import type { ScannedTree } from '../domain/store-scan.ts';
import { distinctSize } from './distinct-size.ts';
import type { GroupedFile, ModelGroup } from './group.ts';
import { milliseconds } from './milliseconds.ts';
import type { Uses } from './uses.ts';

/** A model, and the tree that has it. */
export interface ModelPlace {
  readonly tree: ScannedTree;
  readonly group: ModelGroup;
}

type ModelSizes = Pick<InventoryModel, 'sums' | 'bytes' | 'sharedBytes' | 'modifiedAt'>;

/** Returns the sizes of a model, and when its content was last modified. */
export function modelSizes({ tree, group }: ModelPlace, uses: Uses): ModelSizes {
  if (group.sums !== undefined) {
    const { sums } = group;
    return { sums, bytes: sums.bytes, sharedBytes: 0, modifiedAt: new Date(sums.newest).toISOString() };
  }
  const files = group.files.map(({ file }) => file);
  const shared = files.filter((file) => uses.ofInode(tree, file) > 1);
  return {
    bytes: distinctSize('bytes', files),
    sharedBytes: distinctSize('bytes', shared),
    modifiedAt: newest(group.files),
  };
}

function newest(files: readonly GroupedFile[]): string | null {
  if (files.length === 0) return null;
  const time = files.reduce((latest, { file }) => Math.max(latest, milliseconds(file.mtimeNs)), -Infinity);
  return new Date(time).toISOString();
}
