import type { GpuShape } from '../../helpers/gpu/gpu-box/shapes.ts';

/** A GPU or a MIG device as a container gets it; sizes in MiB. */
export interface Device {
  readonly uuid: string;
  /** the other name that NVIDIA's tools take: `0`, or `0:1` for a MIG device */
  readonly index: string;
  readonly name: string;
  readonly totalMib: number;
  /** what nobody can have: the driver's own */
  readonly reservedMib: number;
  /** a whole GPU that is divided: it computes nothing */
  readonly divided: boolean;
  /** of a MIG device: the GPU that it is a part of */
  readonly parentUuid?: string;
  readonly parentName?: string;
  readonly profile?: string;
}

/** Everything that a container on that machine could be given, in the driver's order. */
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
