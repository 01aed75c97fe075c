import type { GpuSettings } from '../domain/config.ts';
import type { Gpu, GpuInventory, GpuMemory, GpuProcess, MigDevice } from '../domain/gpu.ts';
import type { GpuPromise, PlacementDevice } from '../domain/placement.ts';
import { resolveGpuNames } from './gpu-names.ts';

/**
 * The GPUs and MIG devices of the box with what this project may use of each: total - reserved - foreign - for each service
 * of other projects the larger of promised and measured - the reserve of the settings. Foreign is what is used beyond the
 * processes of rma's containers; where the driver hides processes, or a container's are unknown, beyond what its service
 * was promised. A GPU in MIG mode is not usable itself, its MIG devices are.
 * @throws RmaError as `resolveGpuNames` for `settings.visible`
 */
export function placementDevices(
  inventory: GpuInventory,
  promises: readonly GpuPromise[],
  settings: Pick<GpuSettings, 'visible' | 'reserveBytes'>,
): PlacementDevice[] {
  const visible = settings.visible === null ? null : resolveGpuNames(settings.visible, inventory);
  return inventory.gpus.flatMap((gpu) =>
    partsOf(gpu).map((part) => deviceOf(part, promises, settings.reserveBytes, visible)),
  );
}

/**
 * The most that a running service is seen to use on one of its devices, bytes; null when the driver hides processes, or
 * those of its container are unknown.
 */
export function measuredBytes(inventory: GpuInventory, promise: GpuPromise): number | null {
  const parts = inventory.gpus.flatMap(partsOf).filter(({ uuid }) => promise.devices.includes(uuid));
  const seen = parts.map((part) => measuredOn(part, promise));
  return seen.length === 0 || seen.includes(null) ? null : Math.max(...seen.map((bytes) => bytes ?? 0));
}

/** A GPU, or one of its MIG devices. */
interface Part {
  readonly gpu: Gpu;
  readonly mig: MigDevice | null;
  readonly uuid: string;
  readonly memory: GpuMemory;
  /** null: hidden, or not told for MIG devices */
  readonly processes: readonly GpuProcess[] | null;
}

function partsOf(gpu: Gpu): readonly Part[] {
  const whole: Part = { gpu, mig: null, uuid: gpu.uuid, memory: gpu.memory, processes: gpu.processes };
  const slices = gpu.migDevices.map((mig): Part => {
    const uuid = mig.uuid ?? `${gpu.uuid}/${mig.index}`;
    return { gpu, mig, uuid, memory: mig.memory, processes: null };
  });
  return [whole, ...slices];
}

function deviceOf(
  part: Part,
  promises: readonly GpuPromise[],
  reserveBytes: number,
  visible: readonly string[] | null,
): PlacementDevice {
  const { gpu, mig, uuid, memory } = part;
  const here = promises.filter(({ devices }) => devices.includes(uuid));
  const used = usedBytes(memory);
  const ours = here.reduce((sum, promise) => sum + (promise.running ? heldBy(part, promise) : 0), 0);
  const foreign = Math.max(0, (used ?? 0) - ours);
  const others = here.reduce((sum, promise) => {
    return promise.own ? sum : sum + Math.max(promise.bytesPerGpu, measuredOn(part, promise) ?? 0);
  }, 0);
  const total = memory.totalBytes ?? 0;
  const left = total - reservedBytes(memory) - foreign - others - reserveBytes;
  return {
    uuid,
    index: gpu.index,
    name: mig === null ? gpu.name : `${gpu.name} MIG ${mig.profile ?? ''}`.trim(),
    kind: mig === null ? 'gpu' : 'mig',
    totalBytes: total,
    computeCapability: gpu.computeCapability,
    availableBytes: Math.max(0, left),
    foreignBytes: foreign,
    othersBytes: others,
    unusable: faultOf(part, used, visible),
  };
}

/** What of the used memory is a running service's: as measured, else as promised. */
function heldBy(part: Part, promise: GpuPromise): number {
  return measuredOn(part, promise) ?? promise.bytesPerGpu;
}

function measuredOn(part: Part, promise: GpuPromise): number | null {
  const { pids } = promise;
  if (part.processes === null || pids === null) return null;
  const mine = part.processes.filter(({ pid }) => pids.includes(pid));
  if (mine.some(({ memoryBytes }) => memoryBytes === null)) return null;
  return mine.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0);
}

/** Old drivers have no field for it: it is then what is neither used nor free. */
function reservedBytes({
  totalBytes,
  reservedBytes: reserved,
  usedBytes: used,
  freeBytes,
}: GpuMemory): number {
  if (reserved !== null) return reserved;
  if (totalBytes === null || used === null || freeBytes === null) return 0;
  return Math.max(0, totalBytes - used - freeBytes);
}

function usedBytes({ totalBytes, reservedBytes, usedBytes: used, freeBytes }: GpuMemory): number | null {
  if (used !== null) return used;
  if (totalBytes === null || freeBytes === null) return null;
  return Math.max(0, totalBytes - (reservedBytes ?? 0) - freeBytes);
}

function faultOf(part: Part, used: number | null, visible: readonly string[] | null): string | null {
  const { gpu, mig, uuid, memory } = part;
  if (gpu.fault !== null) return gpu.fault;
  if (mig === null && gpu.migEnabled === true) {
    return gpu.migDevices.length === 0
      ? 'is in MIG mode and has no MIG device'
      : 'is in MIG mode: its MIG devices are used in its place';
  }
  if (mig !== null && mig.uuid === null) return 'has no UUID that could be asked for';
  if (visible !== null && !visible.includes(uuid)) return 'is not among the visible GPUs (gpu.visible)';
  if (memory.totalBytes === null || used === null) return 'does not tell its memory';
  return null;
}
