import type { GpuSettings, KubernetesSettings } from '../domain/config.ts';
import type { Gpu, GpuInventory, GpuMemory } from '../domain/gpu.ts';
import type { Catalog, Profile, ProfileService } from '../domain/profile.ts';
import { NO_GPUS } from '../domain/snapshot.ts';
import { parseBytes } from '../units.ts';

/** More than any node has; a project that needs more runs on several. */
const MAX_GPUS = 64;

/** A request for services, as it is placed on the nodes of a cluster. */
export interface ClusterRequest {
  readonly catalog: Catalog;
  readonly gpu: GpuSettings;
  readonly gpus: GpuInventory;
}

/**
 * Returns the request with GPUs of the nodes instead of those of this machine: as many equal ones as the profiles can use. On
 * Kubernetes a GPU belongs to one container, so every service is exclusive; GPUs that are named become a number.
 */
export function clusterRequest(
  settings: KubernetesSettings,
  {
    catalog,
    gpu,
    profiles,
  }: Pick<ClusterRequest, 'catalog' | 'gpu'> & { readonly profiles: readonly string[] },
): ClusterRequest {
  const exclusive = { ...catalog, profiles: mapValues(catalog.profiles, exclusiveProfile) };
  const pins = renamedPins(gpu.pins, exclusive);
  const pinned = Object.values(pins).flat().length;
  const count = profiles.reduce((sum, name) => sum + gpusOf(exclusive.profiles.get(name)), pinned);
  return {
    catalog: exclusive,
    gpu: { ...gpu, visible: null, pins: isMig(settings) ? {} : pins },
    gpus: nodeGpus(settings, Math.min(MAX_GPUS, count)),
  };
}

/** Returns the memory of one GPU, bytes: the setting, else that in the name of a MIG resource; null: unknown. */
export function gpuMemory({ gpuResource, gpuMemoryBytes }: KubernetesSettings): number | null {
  if (gpuMemoryBytes !== null) return gpuMemoryBytes;
  const [, size] = /\/mig-\d+g\.(\d+gb)/i.exec(gpuResource) ?? [];
  return size === undefined ? null : parseBytes(size);
}

function exclusiveProfile(profile: Profile): Profile {
  const [first, ...rest] = profile.variants.map((variant) => ({
    ...variant,
    services: variant.services.map(exclusiveService),
  }));
  return first === undefined ? profile : { ...profile, variants: [first, ...rest] };
}

/** How many GPUs `all` means is not known without a node. */
function exclusiveService(service: ProfileService): ProfileService {
  const { gpus } = service;
  if (gpus === 0) return service;
  return {
    ...service,
    exclusive: true,
    gpus: typeof gpus === 'object' ? Math.max(1, gpus.length) : gpus === 'all' ? 1 : gpus,
  };
}

/** Keeps the number of pinned GPUs. Those of a profile with several GPU services are placed among them, one for each. */
function renamedPins(pins: GpuSettings['pins'], { profiles }: Catalog): GpuSettings['pins'] {
  let next = 0;
  const kept = Object.entries(pins).filter(([name]) => {
    const profile = profiles.get(name);
    return profile === undefined || gpusOf(profile) <= 1;
  });
  return Object.fromEntries(
    kept.map(([name, gpus]) => {
      const own = gpus.map((_, index) => String(next + index));
      next += own.length;
      return [name, own];
    }),
  );
}

/** Returns the most GPUs that a variant of a profile uses. */
function gpusOf(profile: Profile | undefined): number {
  const counts = (profile?.variants ?? []).map(({ services }) =>
    services.reduce((sum, { gpus, replicas }) => sum + (typeof gpus === 'number' ? gpus : 1) * replicas, 0),
  );
  return Math.max(0, ...counts);
}

function nodeGpus(settings: KubernetesSettings, count: number): GpuInventory {
  const bytes = gpuMemory(settings);
  if (bytes === null) {
    const absence = {
      code: 'RMA_GPU_NONE',
      message: 'the memory of the GPUs of the nodes is not set',
      hint: 'set it: --gpu-memory 24GB',
    } as const;
    return { ...NO_GPUS, absence };
  }
  return { ...NO_GPUS, gpus: Array.from({ length: count }, (_, index) => nodeGpu(settings, index, bytes)) };
}

function nodeGpu(settings: KubernetesSettings, index: number, bytes: number): Gpu {
  const memory: GpuMemory = { totalBytes: bytes, reservedBytes: 0, usedBytes: 0, freeBytes: bytes };
  const mig = isMig(settings);
  return {
    index,
    uuid: `GPU-${index}`,
    name: settings.gpuProduct ?? settings.gpuResource,
    pciBusId: null,
    memory,
    unified: false,
    computeCapability: null,
    utilizationPercent: null,
    temperatureCelsius: null,
    powerWatts: null,
    migEnabled: mig,
    migDevices: mig ? [{ uuid: `MIG-${index}`, profile: null, index: 0, memory }] : [],
    processes: [],
    fault: null,
  };
}

function isMig({ gpuResource }: KubernetesSettings): boolean {
  return /\/mig-/.test(gpuResource);
}

function mapValues<K, V>(map: ReadonlyMap<K, V>, change: (value: V) => V): ReadonlyMap<K, V> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
