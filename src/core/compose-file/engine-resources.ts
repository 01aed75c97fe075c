import type { ServicePlacement } from '../domain/placement.ts';
import type { SelectedService } from '../domain/selection.ts';
import type { ComposeMapping, ComposeValue } from './service-draft.ts';

/** From here on tensor parallelism gets twice the shared memory. */
const MANY_GPUS = 5;

/** Limits, reservations and GPUs, and what several GPUs need beside them. */
export function engineResources(
  selected: SelectedService,
  placement: ServicePlacement | undefined,
): ComposeMapping {
  const { engine } = selected;
  const devices = placement?.devices ?? [];
  const shm = devices.length > 1 ? engine.parallelShmBytes : null;
  return {
    ...(shm === null ? {} : { shm_size: dockerSize(devices.length < MANY_GPUS ? shm : 2 * shm) }),
    ...(devices.length === 0 || Object.keys(engine.ulimits).length === 0 ? {} : { ulimits: engine.ulimits }),
    ...deploy(memory(selected.memoryBytes), {
      ...memory(selected.memoryReservationBytes),
      ...reservedGpus(devices.map(({ uuid }) => uuid)),
    }),
  };
}

function deploy(limits: ComposeMapping, reservations: ComposeMapping): ComposeMapping {
  const resources = { ...part('limits', limits), ...part('reservations', reservations) };
  return Object.keys(resources).length === 0 ? {} : { deploy: { resources } };
}

function part(key: string, content: ComposeMapping): ComposeMapping {
  return Object.keys(content).length === 0 ? {} : { [key]: content };
}

function memory(bytes: number | null): ComposeMapping {
  return bytes === null ? {} : { memory: dockerSize(bytes) };
}

/**
 * By UUID, which no reboot and no other container changes. `count: 1` would mean GPU 0 for every service that says it.
 * With `gpu` alone the image decides what of the driver it sees, so the rest is named too.
 */
function reservedGpus(uuids: readonly string[]): ComposeMapping {
  if (uuids.length === 0) return {};
  const request: ComposeValue = {
    driver: 'nvidia',
    device_ids: uuids,
    capabilities: ['gpu', 'compute', 'utility'],
  };
  return { devices: [request] };
}

/** Docker's units count by 1024. */
function dockerSize(bytes: number): string {
  const units = [
    ['g', 2 ** 30],
    ['m', 2 ** 20],
    ['k', 2 ** 10],
  ] as const;
  const [unit, size] = units.find(([, candidate]) => bytes % candidate === 0) ?? ['b', 1];
  return `${bytes / size}${unit}`;
}
