import type { GpuProcess } from '../../core/domain/gpu.ts';
import { processName } from '../../core/gpu/process-name.ts';
import { type DriverReading, migEnabled, type ReadGpu } from './from-xml.ts';
import { mergeProcesses } from './merge-processes.ts';
import { brokenText, isIntegrated, isNotApplicable, knownText, memoryBytes, wholeNumber } from './value.ts';

/** The name is last, because it may contain a comma. */
const NEWEST = [
  'index',
  'uuid',
  'pci.bus_id',
  'driver_version',
  'memory.total',
  'memory.reserved',
  'memory.used',
  'memory.free',
  'utilization.gpu',
  'temperature.gpu',
  'mig.mode.current',
  'compute_cap',
  'name',
] as const;
const NOT_IN_OLD_DRIVERS: readonly string[] = ['memory.reserved', 'mig.mode.current', 'compute_cap'];

/** Field lists for `--query-gpu`, tried in this order: one unknown field fails the whole query. */
export const GPU_FIELDS: readonly (readonly string[])[] = [
  NEWEST,
  NEWEST.filter((field) => !NOT_IN_OLD_DRIVERS.includes(field)),
];
export const APP_FIELDS = ['gpu_uuid', 'pid', 'used_memory', 'process_name'] as const;

type Row = Readonly<Record<string, string>>;

/** Parses the output of `--query-gpu=FIELDS --format=csv,noheader,nounits`; null if no line is such a row. Never throws. */
export function readGpuRows(text: string, fields: readonly string[]): DriverReading | null {
  const rows = rowsOf(text, fields).filter((row) => wholeNumber(row['index']) !== null);
  if (rows.length === 0) return null;
  return {
    driverVersion:
      rows.map((row) => knownText(row['driver_version'])).find((version) => version !== null) ?? null,
    cudaVersion: null,
    gpus: rows.map(readRow),
  };
}

/** Parses `--query-compute-apps`: processes by the UUID of their GPU or MIG device. Never throws. */
export function readAppRows(text: string): ReadonlyMap<string, readonly GpuProcess[]> {
  const found = new Map<string, GpuProcess[]>();
  for (const row of rowsOf(text, APP_FIELDS)) {
    const uuid = knownText(row['gpu_uuid']);
    if (uuid === null) continue;
    const processes = found.get(uuid) ?? [];
    processes.push({
      pid: wholeNumber(row['pid']),
      name: processName(knownText(row['process_name'])),
      kind: 'compute',
      memoryBytes: memoryBytes(row['used_memory']),
    });
    found.set(uuid, processes);
  }
  return new Map([...found].map(([uuid, processes]) => [uuid, mergeProcesses(processes)]));
}

/** Parses `--query-gpu=uuid,compute_cap`: compute capability by UUID. Never throws. */
export function readComputeCaps(text: string): ReadonlyMap<string, string> {
  return new Map(
    rowsOf(text, ['uuid', 'compute_cap']).flatMap(({ uuid = '', compute_cap = '' }) =>
      /^\d{1,3}\.\d{1,3}$/.test(compute_cap) ? [[uuid, compute_cap] as const] : [],
    ),
  );
}

function readRow(row: Row): ReadGpu {
  const index = wholeNumber(row['index']) ?? 0;
  const uuid = knownText(row['uuid']);
  const pciBusId = knownText(row['pci.bus_id']);
  const broken = brokenText(row['uuid']) ?? brokenText(row['memory.total']);
  const unnamed = uuid === null ? 'the driver reports no UUID' : null;
  const capability = knownText(row['compute_cap']);
  return {
    index,
    uuid: uuid ?? pciBusId ?? `GPU ${index}`,
    name: knownText(row['name']) ?? 'unknown GPU',
    pciBusId,
    memory: {
      totalBytes: memoryBytes(row['memory.total']),
      reservedBytes: memoryBytes(row['memory.reserved']),
      usedBytes: memoryBytes(row['memory.used']),
      freeBytes: memoryBytes(row['memory.free']),
    },
    memoryNotApplicable: isNotApplicable(row['memory.total']) && isIntegrated(row['name']),
    unified: false,
    computeCapability: capability !== null && /^\d{1,3}\.\d{1,3}$/.test(capability) ? capability : null,
    utilizationPercent: wholeNumber(row['utilization.gpu']),
    temperatureCelsius: wholeNumber(row['temperature.gpu']),
    powerWatts: null,
    migEnabled: migEnabled(row['mig.mode.current']),
    migDevices: [],
    processes: null,
    fault: broken === null ? unnamed : `the driver reports "${broken}"`,
  };
}

/** Splits lines with at least as many values as fields; surplus values belong to the last field. */
function rowsOf(text: string, fields: readonly string[]): readonly Row[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const parts = line.split(',').map((part) => part.trim());
    if (parts.length < fields.length) return [];
    const values = [...parts.slice(0, fields.length - 1), parts.slice(fields.length - 1).join(', ')];
    return [Object.fromEntries(fields.map((field, index) => [field, values[index] ?? '']))];
  });
}
