import type { GpuSettings } from '../domain/config.ts';
import type { Gpu, GpuInventory, GpuMemory, GpuProcess, MigDevice } from '../domain/gpu.ts';
import type { GpuReservation, PlacementDevice } from '../domain/placement.ts';
import { resolveGpuNames } from './gpu-names.ts';

/** The fault of a device that `gpu.visible` leaves out. */
export const HIDDEN = 'is hidden by gpu.visible';

/**
 * Returns the GPUs and MIG devices of the machine with what this project can use of each: total - reserved by the driver -
 * foreign - the larger of reserved and measured for each service of other projects - `gpu.reserve`. Foreign is the memory used
 * beyond the processes of rma's containers; where the driver hides processes, or those of a container are unknown, beyond its
 * reservation. A GPU in MIG mode is not usable, its MIG devices are.
 * @throws RmaError as `resolveGpuNames` for `settings.visible`
 */
export function placementDevices(
  inventory: GpuInventory,
  reservations: readonly GpuReservation[],
  settings: Pick<GpuSettings, 'visible' | 'reserveBytes'>,
): PlacementDevice[] {
  const visible = settings.visible === null ? null : resolveGpuNames(settings.visible, inventory);
  return inventory.gpus
    .flatMap(partsOf)
    .map((part) => deviceOf(part, reservations, { reserveBytes: settings.reserveBytes, visible }));
}

/**
 * Returns the most that a running service uses on one of its devices, bytes; null when the driver hides processes, or those of
 * its container are unknown.
 */
export function measuredBytes(inventory: GpuInventory, reservation: GpuReservation): number | null {
  const parts = inventory.gpus.flatMap(partsOf).filter(({ uuid }) => reservation.devices.includes(uuid));
  const seen = parts.map((part) => measuredOn(part, reservation));
  return seen.length === 0 || seen.includes(null) ? null : Math.max(...seen.map((bytes) => bytes ?? 0));
}

/** A GPU, or one of its MIG devices. */
interface Part {
  readonly gpu: Gpu;
  readonly mig: MigDevice | null;
  readonly uuid: string;
  readonly memory: GpuMemory;
  /** null: hidden by the driver, which reports none for MIG devices */
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
  reservations: readonly GpuReservation[],
  { reserveBytes, visible }: { readonly reserveBytes: number; readonly visible: readonly string[] | null },
): PlacementDevice {
  const { gpu, mig, uuid, memory } = part;
  const here = reservations.filter(({ devices }) => devices.includes(uuid));
  const used = usedBytes(memory);
  const running = here.filter((reservation) => reservation.running);
  const ours = sum(running.map((each) => measuredOn(part, each) ?? each.bytesPerGpu));
  const foreign = Math.max(0, (used ?? 0) - ours);
  const others = sum(
    here.filter(({ own }) => !own).map((each) => Math.max(each.bytesPerGpu, measuredOn(part, each) ?? 0)),
  );
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
    usedExclusivelyBy: exclusiveUser(here),
    unusable: faultOf(part, used, visible),
  };
}

/** Returns the service outside the request that has a device for itself. */
function exclusiveUser(here: readonly GpuReservation[]): string | null {
  const user = here.find(({ own, exclusive }) => !own && exclusive);
  return user === undefined ? null : `${user.project}/${user.service}`;
}

function measuredOn({ processes }: Part, { pids }: GpuReservation): number | null {
  // a process without a pid may be one of the service
  if (processes === null || pids === null || processes.some(({ pid }) => pid === null)) return null;
  const mine = processes.filter(({ pid }) => pid !== null && pids.includes(pid));
  if (mine.some(({ memoryBytes }) => memoryBytes === null)) return null;
  return sum(mine.map(({ memoryBytes }) => memoryBytes ?? 0));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** Old drivers do not report it: it is then the memory that is neither used nor free. */
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
      : 'is in MIG mode; its MIG devices are used instead';
  }
  if (mig !== null && mig.uuid === null) return 'has no UUID';
  if (visible !== null && !visible.includes(uuid)) return HIDDEN;
  if (memory.totalBytes === null || used === null) return 'does not report its memory';
  return null;
}
