import type { Gpu, GpuProcess, MigDevice } from '../../core/domain/gpu.ts';
import type { GpuList, ListedGpu, LostGpu } from '../../core/gpu/from-list.ts';
import type { ReadGpu } from './from-xml.ts';

/** System memory, bytes. */
export interface MachineMemory {
  readonly totalBytes: number;
  readonly availableBytes: number;
}

interface Rest {
  /** null if `nvidia-smi -L` was not run */
  readonly list: GpuList | null;
  readonly computeCaps: ReadonlyMap<string, string>;
  readonly machine: MachineMemory | null;
}

/** Merges the other outputs of nvidia-smi into the GPUs of its XML log; unreachable GPUs are added with their fault. Sorted by index. */
export function completeReading(
  gpus: readonly ReadGpu[],
  { list, computeCaps, machine }: Rest,
): readonly Gpu[] {
  const known = new Set(gpus.map(({ pciBusId }) => busKey(pciBusId)));
  const lost = (list?.lost ?? []).filter(({ pciBusId }) => !known.has(busKey(pciBusId)));
  const free = indicesWithout(lost);
  const complete = gpus.map((read): Gpu => {
    const { memoryNotApplicable, recoveryAction: _, ...gpu } = read;
    const listed = list?.gpus.find(({ uuid }) => uuid === gpu.uuid);
    const joined: Gpu = {
      ...gpu,
      index: listed?.index ?? free(gpu.index),
      computeCapability: computeCaps.get(gpu.uuid) ?? gpu.computeCapability,
      migDevices: joinMig(gpu, listed),
    };
    const shares = memoryNotApplicable && gpu.fault === null && gpu.migEnabled !== true;
    return shares && machine !== null ? withMachineMemory(joined, machine) : joined;
  });
  return [...complete, ...lost.map(lostGpu)].sort((a, b) => a.index - b.index);
}

/** The log does not count lost GPUs; without a list, the others keep their indices by leaving out those of the lost ones. */
function indicesWithout(lost: readonly LostGpu[]): (position: number) => number {
  const gone = new Set(lost.map(({ index }) => index));
  return (position) => {
    let index = -1;
    for (let left = position; left >= 0; left -= 1) {
      index += 1;
      while (gone.has(index)) index += 1;
    }
    return index;
  };
}

/** Returns the GPU with the processes that were queried by UUID, including those of its MIG devices. */
export function withProcesses(gpu: Gpu, processes: ReadonlyMap<string, readonly GpuProcess[]>): Gpu {
  const ofDevices = gpu.migDevices.flatMap(({ uuid, index }) =>
    (processes.get(uuid ?? '') ?? []).map((process) => ({ ...process, migIndex: index })),
  );
  return { ...gpu, processes: [...(processes.get(gpu.uuid) ?? []), ...ofDevices] };
}

/** More than a driver uses on an idle GPU, less than any CUDA context. */
const IDLE_BYTES = 64 * 1024 * 1024;

/**
 * Returns whether the driver lists no process although memory is in use. In another PID namespace, as in a container,
 * it hides the processes of the host (recorded with driver 580).
 */
export function hidesProcesses({ processes, memory, unified }: Gpu): boolean {
  return processes?.length === 0 && !unified && (memory.usedBytes ?? 0) > IDLE_BYTES;
}

/** Merges MIG devices: the log has sizes without names, the list names without sizes. CSV has neither; then the list is used. */
function joinMig(gpu: Gpu, listed: ListedGpu | undefined): readonly MigDevice[] {
  const names = listed?.migDevices ?? [];
  if (gpu.migDevices.length > 0) {
    return gpu.migDevices.map((device, order) => {
      const name = names.find(({ index }) => index === device.index) ?? names[order];
      return { ...device, uuid: name?.uuid ?? null, profile: name?.profile ?? null };
    });
  }
  const memory = { totalBytes: null, reservedBytes: null, usedBytes: null, freeBytes: null };
  return names.map(({ uuid, profile, index }) => ({ uuid, profile, index, memory }));
}

function withMachineMemory(gpu: Gpu, { totalBytes, availableBytes }: MachineMemory): Gpu {
  const freeBytes = Math.min(availableBytes, totalBytes);
  const memory = { totalBytes, reservedBytes: 0, usedBytes: totalBytes - freeBytes, freeBytes };
  return { ...gpu, unified: true, memory };
}

function lostGpu({ index, pciBusId, reason }: LostGpu): Gpu {
  return {
    index,
    uuid: pciBusId,
    name: 'unknown GPU',
    pciBusId,
    memory: { totalBytes: null, reservedBytes: null, usedBytes: null, freeBytes: null },
    unified: false,
    computeCapability: null,
    utilizationPercent: null,
    temperatureCelsius: null,
    powerWatts: null,
    migEnabled: null,
    migDevices: [],
    processes: null,
    fault: `the driver reports "${reason}"`,
  };
}

/** Returns a PCI address in one form: `00000000:41:00.0` equals `0000:41:00.0`. */
function busKey(pciBusId: string | null): string {
  return pciBusId?.toLowerCase().replace(/^0+(?=[0-9a-f]{4}:)/, '') ?? '';
}
