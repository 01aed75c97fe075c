import type { InventoryModel, SourceUsage } from '../domain/inventory.ts';
import { distinctSize } from './distinct-size.ts';
import type { ModelGroup } from './group.ts';
import { Removals, releasedSizes } from './removals.ts';
import { sourcesIn } from './sources-in.ts';

interface CountedModel {
  readonly model: InventoryModel;
  readonly group: ModelGroup;
}

/** Returns what the models of each source occupy, in the order of the models. */
export function usageOf(counted: readonly CountedModel[]): readonly SourceUsage[] {
  const removals = new Removals();
  return sourcesIn(counted.map(({ model }) => model)).map((source) => {
    const own = counted.filter(({ model }) => model.source === source);
    const needed = own.filter(({ model }) => model.neededBy.length > 0);
    const freed = own
      .filter(({ model }) => model.neededBy.length === 0)
      .map(({ model }) => model.sums?.bytes ?? releasedSizes('bytes', removals.add(model).released).freed);
    return {
      source,
      models: own.length,
      needed: needed.length,
      bytes: sizeOf(own),
      reclaimableBytes: freed.reduce((sum, bytes) => sum + bytes, 0),
    };
  });
}

function sizeOf(counted: readonly CountedModel[]): number {
  if (counted.every(({ model }) => model.sharedBytes === 0))
    return counted.reduce((sum, { model }) => sum + model.bytes, 0);
  return distinctSize(
    'bytes',
    counted.flatMap(({ group }) => group.files.map(({ file }) => file)),
  );
}
