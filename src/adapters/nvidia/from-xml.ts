import type { Gpu, GpuMemory, GpuProcess, MigDevice } from '../../core/domain/gpu.ts';
import { brokenText, isNotApplicable, knownText, memoryBytes, rawText, wholeNumber } from './value.ts';

/** What one answer of the driver tells. GPUs in the order of the answer. */
export interface DriverReading {
  readonly driverVersion: string | null;
  readonly cudaVersion: string | null;
  readonly gpus: readonly ReadGpu[];
}

/** A GPU as read, with what a later step needs to finish it. */
export type ReadGpu = Gpu & { readonly memoryNotApplicable: boolean };

type Tree = Readonly<Record<string, unknown>>;

/**
 * The GPUs in `nvidia-smi -q -x`, schema v11 to v13, parsed into plain objects: elements by name, texts as they are, attributes with
 * `@`, always a list for `gpu`, `mig_device` and `process_info`. null when it is not such a log. Never throws.
 */
export function readXmlLog(document: unknown): DriverReading | null {
  const log = child(document, 'nvidia_smi_log');
  if (log === null) return null;
  return {
    driverVersion: knownText(log['driver_version']),
    cudaVersion: knownText(log['cuda_version']),
    gpus: list(log['gpu']).map(readGpu),
  };
}

function readGpu(gpu: Tree, index: number): ReadGpu {
  const pciBusId = knownText(child(gpu, 'pci')?.['pci_bus_id']) ?? knownText(gpu['@id']);
  const memory = child(gpu, 'fb_memory_usage') ?? {};
  const uuid = knownText(gpu['uuid']);
  const devices = list(child(gpu, 'mig_devices')?.['mig_device']);
  return {
    index,
    uuid: uuid ?? pciBusId ?? `GPU ${index}`,
    name: knownText(gpu['product_name']) ?? 'unknown GPU',
    pciBusId,
    memory: readMemory(memory),
    memoryNotApplicable: isNotApplicable(memory['total']),
    unified: false,
    computeCapability: null,
    utilizationPercent: wholeNumber(child(gpu, 'utilization')?.['gpu_util']),
    temperatureCelsius: wholeNumber(child(gpu, 'temperature')?.['gpu_temp']),
    migEnabled: migEnabled(child(gpu, 'mig_mode')?.['current_mig']),
    migDevices: devices.map(readMigDevice),
    processes: readProcesses(gpu['processes'], devices),
    fault: faultOf(gpu, uuid),
  };
}

function readMemory(memory: Tree): GpuMemory {
  return {
    totalBytes: memoryBytes(memory['total']),
    reservedBytes: memoryBytes(memory['reserved']),
    usedBytes: memoryBytes(memory['used']),
    freeBytes: memoryBytes(memory['free']),
  };
}

function readMigDevice(device: Tree, order: number): MigDevice {
  return {
    uuid: null,
    profile: null,
    index: wholeNumber(device['index']) ?? order,
    memory: readMemory(child(device, 'fb_memory_usage') ?? {}),
  };
}

/** An element that is empty has no processes; one that is missing, or holds a word, does not tell. */
function readProcesses(value: unknown, devices: readonly Tree[]): readonly GpuProcess[] | null {
  if (rawText(value) === '') return [];
  if (!isTree(value)) return null;
  return list(value['process_info']).flatMap((info) => {
    const pid = wholeNumber(info['pid']);
    if (pid === null) return [];
    const migIndex = migIndexOf(info, devices);
    return [
      {
        pid,
        name: knownText(info['process_name']) ?? 'unknown',
        kind: processKind(info['type']),
        memoryBytes: memoryBytes(info['used_memory']),
        ...(migIndex !== null && { migIndex }),
      },
    ];
  });
}

function migIndexOf(info: Tree, devices: readonly Tree[]): number | null {
  const instance = wholeNumber(info['gpu_instance_id']);
  if (instance === null) return null;
  const compute = wholeNumber(info['compute_instance_id']);
  const order = devices.findIndex(
    (device) =>
      wholeNumber(device['gpu_instance_id']) === instance &&
      wholeNumber(device['compute_instance_id']) === compute,
  );
  return order < 0 ? null : (wholeNumber(devices[order]?.['index']) ?? order);
}

function processKind(value: unknown): GpuProcess['kind'] {
  const letters = rawText(value)?.split('+') ?? [];
  const [compute, graphics] = [letters.includes('C'), letters.includes('G')];
  if (compute && graphics) return 'both';
  if (compute) return 'compute';
  return graphics ? 'graphics' : 'unknown';
}

export function migEnabled(value: unknown): boolean | null {
  const text = rawText(value)?.toLowerCase();
  if (text === 'enabled') return true;
  return text === 'disabled' ? false : null;
}

function faultOf(gpu: Tree, uuid: string | null): string | null {
  const memory = child(gpu, 'fb_memory_usage');
  const broken = [gpu['uuid'], gpu['product_name'], memory?.['total']]
    .map(brokenText)
    .find((text) => text !== null);
  if (broken !== undefined) return `the driver says "${broken}"`;
  if (uuid === null) return 'the driver does not tell its UUID';
  const action = rawText(gpu['gpu_recovery_action'])?.toLowerCase();
  if (action === 'reset' || action === 'gpu reset') return 'the driver says that it must be reset';
  if (action === 'reboot' || action === 'node reboot')
    return 'the driver says that the machine must be rebooted';
  const required = rawText(child(gpu, 'gpu_reset_status')?.['reset_required'])?.toLowerCase();
  return required === 'yes' ? 'the driver says that it must be reset' : null;
}

function child(tree: unknown, name: string): Tree | null {
  if (!isTree(tree)) return null;
  const found = tree[name];
  return isTree(found) ? found : null;
}

function list(value: unknown): readonly Tree[] {
  return Array.isArray(value) ? value.filter(isTree) : [];
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
