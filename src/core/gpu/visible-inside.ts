import type { PlacedDevice } from '../domain/placement.ts';
import { readGpuList } from './from-list.ts';

/** What a container shows of GPUs. `how`: by name, or, without a program that tells names, how many. */
export type SeenInside =
  | { readonly how: 'names'; readonly uuids: readonly string[] }
  | { readonly how: 'count'; readonly count: number };

/** UUIDs in the output of `nvidia-smi -L` inside a container: of its MIG devices, where a GPU is divided. */
export function uuidsInside(output: string): readonly string[] {
  return readGpuList(output).gpus.flatMap(({ uuid, migDevices }) =>
    migDevices.length > 0 ? migDevices.map((device) => device.uuid) : [uuid],
  );
}

/** GPUs by their device files, `nvidia0` and so on in a listing of `/dev`. */
export function gpuFilesInside(listing: string): number {
  return listing.split(/\s+/).filter((name) => /^nvidia\d+$/.test(name)).length;
}

/** Whether the driver says that the container lost its GPUs: its devices are no longer open to it. */
export function saysLost(output: string): boolean {
  return /failed to initialize nvml/i.test(output);
}

/** Whether what is seen is exactly what was planned. */
export function isAsPlanned(planned: readonly PlacedDevice[], seen: SeenInside): boolean {
  if (seen.how === 'count') return seen.count === new Set(planned.map(({ index }) => index)).size;
  const wanted = new Set(planned.map(({ uuid }) => uuid));
  const uuids = new Set(seen.uuids);
  return wanted.size === uuids.size && [...wanted].every((uuid) => uuids.has(uuid));
}
