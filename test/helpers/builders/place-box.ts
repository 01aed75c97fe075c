import { readCatalog } from '../../../src/adapters/data/read-catalog.ts';
import { type PlacedServices, placeServices } from '../../../src/app/desired/place-services.ts';
import { readRequest } from '../../../src/app/desired/read-request.ts';
import { observeForRender } from '../../../src/app/observe/observe-for-render.ts';
import { resolveConfig } from '../../../src/core/config/resolve-config.ts';
import type { ContainerFacts } from '../../../src/core/domain/container.ts';
import type { Gpu, GpuInventory, GpuProcess } from '../../../src/core/domain/gpu.ts';
import type { PciGpu } from '../../../src/core/domain/host-facts.ts';
import type { ModelRef } from '../../../src/core/domain/model-ref.ts';
import type { PinnedModel } from '../../../src/core/domain/pinned-model.ts';
import { RmaError } from '../../../src/core/errors.ts';
import { formatModelRef } from '../../../src/core/source/parse-ref.ts';
import { engineOf, factsOf, filesOf, hostOf, invocationOf, listing } from '../host/port-builders.ts';
import { sourceOf } from '../host/source-of.ts';
import { base, flags } from './config-sources.ts';

const MIB = 2 ** 20;

/** Returns a GPU with this memory in MiB and these processes. */
export function gpuOf(index: number, mib: number, processes: readonly GpuProcess[] = []): Gpu {
  const usedBytes = processes.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0);
  const totalBytes = mib * MIB;
  return {
    index,
    uuid: `GPU-${index}`,
    name: `Card ${index}`,
    pciBusId: null,
    memory: {
      totalBytes,
      reservedBytes: 300 * MIB,
      usedBytes,
      freeBytes: totalBytes - 300 * MIB - usedBytes,
    },
    unified: false,
    computeCapability: '8.9',
    utilizationPercent: 0,
    temperatureCelsius: 40,
    powerWatts: 60,
    migEnabled: false,
    migDevices: [],
    processes,
    fault: null,
  };
}

export function processOf(name: string, pid: number, mib: number): GpuProcess {
  return { name, pid, kind: 'compute', memoryBytes: mib * MIB };
}

export function inventoryOf(...gpus: readonly Gpu[]): GpuInventory {
  return { driverVersion: '580.95', cudaVersion: '13.0', gpus, absence: null, warnings: [] };
}

export interface Scene {
  /** null: fails if GPUs are queried */
  readonly inventory: GpuInventory | null;
  /** on the PCI bus, whatever their driver */
  readonly pciGpus?: readonly PciGpu[];
  readonly profiles?: readonly string[];
  readonly options?: Readonly<Record<string, readonly string[]>>;
  readonly containers?: readonly ContainerFacts[];
  /** container → PIDs of its processes */
  readonly pids?: Readonly<Record<string, readonly number[]>>;
  /** references that are missing in their source */
  readonly absent?: readonly string[];
  /** how the source reports them */
  readonly absence?: RmaError;
  /** profiles of the command; none: all */
  readonly acted?: readonly string[];
  /** collects the references that were resolved */
  readonly asked?: string[];
  /** the content of `resolved.json` */
  readonly resolved?: string;
}

/** Places the shipped profiles on a host like `up`, with fakes for external systems. */
export async function placeOn(scene: Scene): Promise<PlacedServices> {
  const { options = {}, acted = [] } = scene;
  const { config } = resolveConfig({
    ...base,
    flags: flags({ ...options, profiles: scene.profiles ?? ['gpu-worker'] }),
  });
  const profiles = scene.profiles ?? ['gpu-worker'];
  const { host, invocation } = machineOf(scene);
  const request = await readRequest(host, invocation, { config, profiles, refresh: false });
  const snapshot = await observeForRender(host, invocation, { config, gpus: request.usesGpus });
  return placeServices(invocation, { project: { ...request, named: acted }, snapshot });
}

function machineOf(scene: Scene) {
  const { inventory, pciGpus = [], containers = [], pids = {}, asked = [], resolved } = scene;
  const { absent = [], absence = new RmaError('RMA_HUB_NOT_FOUND', 'not found on the hub') } = scene;
  const resolve = async (ref: ModelRef): Promise<PinnedModel> => {
    const text = formatModelRef(ref);
    asked.push(text);
    if (absent.includes(text)) throw absence;
    return { source: 'url', ref: text, url: 'https://x/y.gguf', set: 'default', files: [] };
  };
  const read = async (path: string) => (path.endsWith('/resolved.json') ? (resolved ?? null) : null);
  const host = hostOf({
    files: filesOf({}, { read, list: async () => [] }),
    gpus: {
      probe: async () => {
        if (inventory === null) throw new Error('the GPUs were asked');
        return inventory;
      },
    },
    facts: factsOf({ pciGpus: async () => pciGpus }),
    engine: engineOf({
      ...listing(() => containers),
      processes: async (id) => pids[id] ?? [],
    }),
  });
  const sources = (['hf', 'url', 'ollama', 'ms'] as const).map((source) => sourceOf(source, resolve));
  const catalog = async () => readCatalog({ shipped: '.' });
  return { host, invocation: invocationOf({ sources, catalog }) };
}
