import type { PlacedDevice } from '../domain/placement.ts';
import { readGpuList } from './from-list.ts';

/** GPUs visible in a container: their UUIDs, or their number if no program in it lists UUIDs. */
export type VisibleGpus =
  | { readonly how: 'names'; readonly uuids: readonly string[] }
  | { readonly how: 'count'; readonly count: number };

/** Returns the UUIDs in the output of `nvidia-smi -L` inside a container: of the MIG devices if a GPU is in MIG mode. */
export function uuidsInside(output: string): readonly string[] {
  return readGpuList(output).gpus.flatMap(({ uuid, migDevices }) =>
    migDevices.length > 0 ? migDevices.map((device) => device.uuid) : [uuid],
  );
}

/** Counts the GPU device files, `nvidia0` and so on, in a listing of `/dev`. */
export function gpuFilesInside(listing: string): number {
  return listing.split(/\s+/).filter((name) => /^nvidia\d+$/.test(name)).length;
}

/** Returns whether the container lost access to its GPUs, from the output of nvidia-smi. */
export function lostAccess(output: string): boolean {
  return /failed to initialize nvml/i.test(output);
}

/** Returns whether exactly the planned GPUs are visible. */
export function isAsPlanned(planned: readonly PlacedDevice[], visible: VisibleGpus): boolean {
  if (visible.how === 'count') return visible.count === new Set(planned.map(({ index }) => index)).size;
  const expected = new Set(planned.map(({ uuid }) => uuid));
  const uuids = new Set(visible.uuids);
  return expected.size === uuids.size && [...expected].every((uuid) => uuids.has(uuid));
}
