import type { GpuShape } from '../../helpers/gpu/gpu-box/shapes.ts';

/** A GPU or MIG device of a container; sizes in MiB. */
export interface Device {
  readonly uuid: string;
  /** the index, as accepted by NVIDIA's tools: `0`, or `0:1` for a MIG device */
  readonly index: string;
  readonly name: string;
  readonly totalMib: number;
  /** reserved by the driver */
  readonly reservedMib: number;
  /** a GPU in MIG mode, which cannot compute */
  readonly divided: boolean;
  /** the GPU of a MIG device */
  readonly parentUuid?: string;
  readonly parentName?: string;
  readonly profile?: string;
}

/** Returns all devices for containers on that machine, in driver order. */
export function devicesOf(shape: GpuShape): readonly Device[] {
  return shape.gpus.flatMap(({ uuid, name, totalMib, reservedMib, idleMib, mig }, index): Device[] => [
    {
      uuid,
      index: String(index),
      name,
      totalMib: totalMib ?? 0,
      reservedMib: reservedMib + idleMib,
      divided: mig !== undefined,
    },
    ...(mig ?? []).map((slice, at) => ({
      uuid: slice.uuid,
      index: `${index}:${at}`,
      name: `${name} MIG ${slice.profile}`,
      totalMib: slice.totalMib,
      reservedMib: 12,
      divided: false,
      parentUuid: uuid,
      parentName: name,
      profile: slice.profile,
    })),
  ]);
}
