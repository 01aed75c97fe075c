import type { Gpu, GpuMemory, GpuProcess, MigDevice } from '../../core/domain/gpu.ts';
import { processName } from '../../core/gpu/process-name.ts';
import { valueOrNull } from '../../core/schema/parse.ts';
import { mergeProcesses } from './merge-processes.ts';
import {
  brokenText,
  type DriverText,
  isIntegrated,
  isNotApplicable,
  knownText,
  memoryBytes,
  rawText,
  watts,
  wholeNumber,
} from './value.ts';
import {
  type GpuElement,
  type MemoryElement,
  type MigElement,
  type ProcessElement,
  xmlLog,
} from './xml-log.ts';

/** One parsed output of nvidia-smi. GPUs in the order of the output. */
export interface DriverReading {
  readonly driverVersion: string | null;
  readonly cudaVersion: string | null;
  readonly gpus: readonly ReadGpu[];
}

/** A GPU as read, with the details that a later step needs to complete it. */
export type ReadGpu = Gpu & {
  readonly memoryNotApplicable: boolean;
  /** text of the driver; absent: none */
  readonly recoveryAction?: string;
};

/**
 * Reads the GPUs of `nvidia-smi -q -x`, schema v11 to v13, from plain objects: elements by name, texts unchanged, attributes
 * with `@`, always an array for `gpu`, `mig_device` and `process_info`. Returns null for any other document. Never throws.
 */
export function readXmlLog(document: unknown): DriverReading | null {
  const log = valueOrNull(xmlLog, document)?.nvidia_smi_log;
  if (log === undefined) return null;
  return {
    driverVersion: knownText(log.driver_version),
    cudaVersion: knownText(log.cuda_version),
    gpus: log.gpu.map(readGpu),
  };
}

function readGpu(gpu: GpuElement, index: number): ReadGpu {
  const pciBusId = knownText(gpu.pci?.pci_bus_id) ?? knownText(gpu['@id']);
  const memory = gpu.fb_memory_usage;
  const uuid = knownText(gpu.uuid);
  const devices = gpu.mig_devices?.mig_device ?? [];
  const recoveryAction = knownText(gpu.gpu_recovery_action);
  return {
    index,
    uuid: uuid ?? pciBusId ?? `GPU ${index}`,
    name: knownText(gpu.product_name) ?? 'unknown GPU',
    pciBusId,
    memory: readMemory(memory),
    memoryNotApplicable: isNotApplicable(memory?.total) && isIntegrated(gpu.product_name),
    ...(recoveryAction !== null && { recoveryAction }),
    unified: false,
    computeCapability: null,
    utilizationPercent: wholeNumber(gpu.utilization?.gpu_util),
    temperatureCelsius: wholeNumber(gpu.temperature?.gpu_temp),
    powerWatts: readPower(gpu),
    migEnabled: migEnabled(gpu.mig_mode?.current_mig),
    migDevices: devices.map(readMigDevice),
    processes: readProcesses(gpu.processes, devices),
    fault: faultOf(gpu, uuid),
  };
}

function readMemory(memory: MemoryElement | null): GpuMemory {
  return {
    totalBytes: memoryBytes(memory?.total),
    reservedBytes: memoryBytes(memory?.reserved),
    usedBytes: memoryBytes(memory?.used),
    freeBytes: memoryBytes(memory?.free),
  };
}

/** The average of a second, which `nvidia-smi` itself shows, if there is one. */
function readPower({ gpu_power_readings: own, power_readings: old }: GpuElement): number | null {
  const readings = own ?? old;
  return (
    watts(readings?.power_draw) ?? watts(readings?.average_power_draw) ?? watts(readings?.instant_power_draw)
  );
}

function readMigDevice(device: MigElement, order: number): MigDevice {
  return {
    uuid: null,
    profile: null,
    index: wholeNumber(device.index) ?? order,
    memory: readMemory(device.fb_memory_usage),
  };
}

/** Returns the processes: none for an empty element, null (unknown) if it is missing or contains text. */
function readProcesses(
  value: GpuElement['processes'],
  devices: readonly MigElement[],
): readonly GpuProcess[] | null {
  if (value === null || typeof value === 'string') return rawText(value) === '' ? [] : null;
  return mergeProcesses(
    value.process_info.map((info) => {
      const migIndex = migIndexOf(info, devices);
      return {
        pid: wholeNumber(info.pid),
        name: processName(knownText(info.process_name)),
        kind: processKind(info.type),
        memoryBytes: memoryBytes(info.used_memory),
        ...(migIndex !== null && { migIndex }),
      };
    }),
  );
}

function migIndexOf(info: ProcessElement, devices: readonly MigElement[]): number | null {
  const instance = wholeNumber(info.gpu_instance_id);
  if (instance === null) return null;
  const compute = wholeNumber(info.compute_instance_id);
  const order = devices.findIndex(
    (device) =>
      wholeNumber(device.gpu_instance_id) === instance && wholeNumber(device.compute_instance_id) === compute,
  );
  return order < 0 ? null : (wholeNumber(devices[order]?.index) ?? order);
}

function processKind(value: DriverText): GpuProcess['kind'] {
  const letters = rawText(value)?.split('+') ?? [];
  const [compute, graphics] = [letters.includes('C'), letters.includes('G')];
  if (compute && graphics) return 'both';
  if (compute) return 'compute';
  return graphics ? 'graphics' : 'unknown';
}

/** Parses `Enabled` or `Disabled`; null for anything else. */
export function migEnabled(value: DriverText): boolean | null {
  const text = rawText(value)?.toLowerCase();
  if (text === 'enabled') return true;
  return text === 'disabled' ? false : null;
}

const RESET_REQUIRED = 'the driver requires a GPU reset';

function faultOf(gpu: GpuElement, uuid: string | null): string | null {
  const broken = [gpu.uuid, gpu.product_name, gpu.fb_memory_usage?.total]
    .map(brokenText)
    .find((text) => text !== null);
  if (broken !== undefined) return `the driver reports "${broken}"`;
  if (uuid === null) return 'the driver reports no UUID';
  const action = rawText(gpu.gpu_recovery_action)?.toLowerCase();
  if (action === 'reset' || action === 'gpu reset') return RESET_REQUIRED;
  if (action === 'reboot' || action === 'node reboot') return 'the driver requires a reboot';
  const required = rawText(gpu.gpu_reset_status?.reset_required)?.toLowerCase();
  return required === 'yes' ? RESET_REQUIRED : null;
}
