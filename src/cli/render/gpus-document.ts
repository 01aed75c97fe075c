import type { GpuReport } from '../../app/gpus.ts';
import type { Gpu, GpuMemory, GpuProcess } from '../../core/domain/gpu.ts';
import type { GpuUser } from '../../core/gpu/users.ts';

type Document = Readonly<Record<string, unknown>>;

/** Returns the GPUs of `rma.gpus/v1`: sizes in bytes, null if unknown. */
export function gpuDocuments(report: GpuReport): readonly Document[] {
  return report.inventory.gpus.map((gpu) => ({
    index: gpu.index,
    uuid: gpu.uuid,
    pciBusId: gpu.pciBusId,
    name: gpu.name,
    computeCap: gpu.computeCapability,
    memory: memoryDocument(gpu.memory),
    unified: gpu.unified,
    util: gpu.utilizationPercent,
    tempC: gpu.temperatureCelsius,
    powerW: gpu.powerWatts,
    mig: {
      enabled: gpu.migEnabled,
      devices: gpu.migDevices.map(({ uuid, profile, index, memory }) => ({
        index,
        uuid,
        profile,
        memory: memoryDocument(memory),
        usedBy: userDocuments(usersOf(report, uuid)),
      })),
    },
    processes: gpu.processes?.map((process) => processDocument(process, servicesByPid(report, gpu))) ?? null,
    usedBy: userDocuments(usersOf(report, gpu.uuid)),
    fault: gpu.fault,
  }));
}

/** Returns the services on a GPU or MIG device; null if unknown. */
export function usersOf({ users }: GpuReport, uuid: string | null): readonly GpuUser[] | null {
  return users === null || uuid === null ? null : (users.get(uuid) ?? []);
}

/** Returns the services on a GPU and its MIG devices, by the PIDs of their processes. */
export function servicesByPid(report: GpuReport, gpu: Gpu): ReadonlyMap<number, GpuUser> {
  const uuids = [gpu.uuid, ...gpu.migDevices.map(({ uuid }) => uuid)];
  const found = uuids.flatMap((uuid) => usersOf(report, uuid) ?? []);
  return new Map(found.flatMap((user) => user.pids.map((pid) => [pid, user] as const)));
}

function memoryDocument({ totalBytes, reservedBytes, usedBytes, freeBytes }: GpuMemory): Document {
  return { total: totalBytes, reserved: reservedBytes, used: usedBytes, free: freeBytes };
}

function userDocuments(users: readonly GpuUser[] | null): readonly Document[] | null {
  return (
    users?.map(({ project, service, container, planned, promisedBytes, measuredBytes }) => ({
      project,
      service,
      container,
      planned,
      promised: promisedBytes,
      measured: measuredBytes,
    })) ?? null
  );
}

function processDocument(
  { pid, name, kind, memoryBytes, migIndex }: GpuProcess,
  services: ReadonlyMap<number, GpuUser>,
): Document {
  const user = pid === null ? undefined : services.get(pid);
  return {
    pid,
    name,
    kind,
    memory: memoryBytes,
    migIndex: migIndex ?? null,
    project: user?.project ?? null,
    service: user?.service ?? null,
    container: user?.container ?? null,
  };
}
