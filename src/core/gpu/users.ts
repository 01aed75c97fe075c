import type { Gpu } from '../domain/gpu.ts';

/** A service of rma and its use of GPUs. */
interface GpuService {
  readonly project: string;
  readonly service: string;
  /** of its container; null: it does not exist yet */
  readonly name: string | null;
  /** UUIDs from its label */
  readonly gpus: readonly string[];
  /** bytes reserved for it on each of them */
  readonly gpuBytes: number | null;
  /** host PIDs of its processes */
  readonly pids: readonly number[];
}

/** A service that uses a GPU or MIG device. */
export interface GpuUser {
  readonly project: string;
  readonly service: string;
  /** null: it does not exist yet, an accepted plan reserves the device for it */
  readonly container: string | null;
  /** its label or an accepted plan contains the device */
  readonly planned: boolean;
  /** bytes reserved for it there; null if there is no reservation or its size is unknown */
  readonly promisedBytes: number | null;
  /** bytes that its processes use there; null if there are none or the driver reports no number */
  readonly measuredBytes: number | null;
  /** PIDs of its processes there */
  readonly pids: readonly number[];
}

/** Returns the services on each GPU and MIG device by UUID: those whose label contains it, and those with processes on it. */
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

/** Returns the processes on one MIG device of a GPU, or on the whole GPU. */
function processesOn({ processes }: Gpu, migIndex: number | undefined): NonNullable<Gpu['processes']> {
  return processes?.filter((entry) => entry.migIndex === migIndex) ?? [];
}

function user(
  { project, service, name, gpus, gpuBytes, pids }: GpuService,
  uuid: string,
  processes: NonNullable<Gpu['processes']>,
): readonly GpuUser[] {
  const planned = gpus.includes(uuid);
  const own = processes.filter(({ pid }) => pid !== null && pids.includes(pid));
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
      pids: [...new Set(own.flatMap(({ pid }) => pid ?? []))],
    },
  ];
}
