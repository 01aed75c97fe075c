import type { Gpu } from '../domain/gpu.ts';

/** A service of rma as far as GPUs concern it. */
interface GpuService {
  readonly project: string;
  readonly service: string;
  readonly name: string;
  /** UUIDs of its label */
  readonly gpus: readonly string[];
  /** bytes promised to it on each of them */
  readonly gpuBytes: number | null;
  /** its processes, by their numbers on the host */
  readonly pids: readonly number[];
}

/** A service that holds a GPU or MIG device. */
export interface GpuUser {
  readonly project: string;
  readonly service: string;
  readonly container: string;
  /** its label names the device */
  readonly planned: boolean;
  /** bytes promised to it there; null where nothing is, or no number */
  readonly promisedBytes: number | null;
  /** bytes that its processes hold there; null when none of them is seen there, or the driver tells no number */
  readonly measuredBytes: number | null;
  /** its processes there */
  readonly pids: readonly number[];
}

/** The services on each GPU and MIG device, by its UUID: those whose label names it, and those whose processes are seen there. */
export function gpuUsers(
  gpus: readonly Gpu[],
  services: readonly GpuService[],
): ReadonlyMap<string, readonly GpuUser[]> {
  const devices = gpus.flatMap((gpu) => [
    { uuid: gpu.uuid, processes: processesOn(gpu, undefined) },
    ...gpu.migDevices.flatMap(({ uuid, index }) =>
      uuid === null ? [] : [{ uuid, processes: processesOn(gpu, index) }],
    ),
  ]);
  return new Map(
    devices.map(({ uuid, processes }) => [
      uuid,
      services.flatMap((service) => user(service, uuid, processes)),
    ]),
  );
}

/** The part of a GPU's processes that are on one of its MIG devices, or on none. */
function processesOn({ processes }: Gpu, migIndex: number | undefined): NonNullable<Gpu['processes']> {
  return processes?.filter((entry) => entry.migIndex === migIndex) ?? [];
}

function user(
  { project, service, name, gpus, gpuBytes, pids }: GpuService,
  uuid: string,
  processes: NonNullable<Gpu['processes']>,
): readonly GpuUser[] {
  const planned = gpus.includes(uuid);
  const own = processes.filter(({ pid }) => pids.includes(pid));
  if (!planned && own.length === 0) return [];
  const measured = own.flatMap(({ memoryBytes }) => (memoryBytes === null ? [] : [memoryBytes]));
  return [
    {
      project,
      service,
      container: name,
      planned,
      promisedBytes: planned ? gpuBytes : null,
      measuredBytes: measured.length === 0 ? null : measured.reduce((sum, bytes) => sum + bytes, 0),
      pids: [...new Set(own.map(({ pid }) => pid))],
    },
  ];
}
