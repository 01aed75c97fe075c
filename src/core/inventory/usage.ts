import type { InventoryModel, SourceUsage } from '../domain/inventory.ts';
import { distinctSize } from './distinct-size.ts';
import type { ModelGroup } from './group.ts';

interface CountedModel {
  readonly model: InventoryModel;
  readonly group: ModelGroup;
}

/** Returns what the models of each source occupy, in the order of the models. */
export function usageOf(counted: readonly CountedModel[]): readonly SourceUsage[] {
  const needed = new Set(filesOf(counted.filter(isNeeded)).map(({ inode }) => inode));
  const sources = [...new Set(counted.map(({ model }) => model.source))];
  return sources.map((source) => {
    const own = counted.filter(({ model }) => model.source === source);
    return { source, models: own.length, needed: own.filter(isNeeded).length, ...sizesOf(own, needed) };
  });
}

function sizesOf(
  own: readonly CountedModel[],
  needed: ReadonlySet<string>,
): Pick<SourceUsage, 'bytes' | 'reclaimableBytes'> {
  if (own.every(({ model }) => model.sharedBytes === 0))
    return { bytes: sizeOf(own), reclaimableBytes: sizeOf(own.filter((each) => !isNeeded(each))) };
  const files = filesOf(own);
  return {
    bytes: distinctSize('bytes', files),
    reclaimableBytes: distinctSize(
      'bytes',
      files.filter(({ inode }) => !needed.has(inode)),
    ),
  };
}

function sizeOf(counted: readonly CountedModel[]): number {
  return counted.reduce((sum, { model }) => sum + model.bytes, 0);
}

function isNeeded({ model }: CountedModel): boolean {
  return model.neededBy.length > 0;
}

function filesOf(counted: readonly CountedModel[]) {
  return counted.flatMap(({ group }) => group.files.map(({ file }) => file));
}
