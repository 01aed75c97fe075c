import type { Reading } from './readings.ts';
import type { GpuShape, ShapeGpu } from './shapes.ts';

export interface Answer {
  readonly exitCode: number;
  readonly text: string;
}

interface Value {
  readonly text: string | number | null;
  readonly unit?: string;
}

type Fields = Readonly<Record<string, Value>>;

/** `--query-gpu=…`. An unknown field fails the whole query. */
export function queryGpu(
  shape: GpuShape,
  all: readonly Reading[],
  { fields, format }: { readonly fields: readonly string[]; readonly format: string },
): Answer {
  const rows = all.map((reading) => gpuFields(shape, reading));
  return table(rows, fields, { format, known: Object.keys(gpuFields(shape, all[0])) });
}

/** `--query-compute-apps=…`. */
export function queryApps(all: readonly Reading[], fields: readonly string[], format: string): Answer {
  const rows = all.flatMap(({ gpu, processes }) =>
    processes.map(({ pid, name, mib }) => ({
      ...appFields,
      gpu_uuid: { text: gpu.uuid },
      pid: { text: pid },
      // the driver replaces commas in names
      process_name: { text: name.replaceAll(',', '?') },
      used_memory: { text: mib, unit: 'MiB' },
    })),
  );
  return table(rows, fields, { format, known: Object.keys(appFields) });
}

const appFields: Fields = {
  gpu_uuid: { text: null },
  pid: { text: null },
  process_name: { text: null },
  used_memory: { text: null },
};

function gpuFields(shape: GpuShape, reading: Reading | undefined): Fields {
  const memory = reading?.memory;
  const gpu = reading?.gpu;
  const lost = gpu?.lost === undefined ? null : 'GPU is lost';
  const fields: Fields = {
    index: { text: reading?.index ?? null },
    uuid: { text: lost ?? gpu?.uuid ?? null },
    name: { text: lost ?? gpu?.name ?? null },
    driver_version: { text: shape.driver },
    'pci.bus_id': { text: gpu?.busId ?? null },
    compute_cap: { text: lost ?? gpu?.computeCap ?? null },
    'mig.mode.current': { text: migMode(gpu) },
    compute_mode: { text: 'Default' },
    'memory.total': { text: lost ?? memory?.total ?? null, unit: 'MiB' },
    'memory.reserved': { text: lost ?? memory?.reserved ?? null, unit: 'MiB' },
    'memory.used': { text: lost ?? memory?.used ?? null, unit: 'MiB' },
    'memory.free': { text: lost ?? memory?.free ?? null, unit: 'MiB' },
    'utilization.gpu': { text: lost ?? (gpu?.mig === undefined ? load(reading) : null), unit: '%' },
    'temperature.gpu': { text: lost ?? 41 },
  };
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !shape.unknownFields?.includes(name)));
}

function migMode(gpu: ShapeGpu | undefined): string | null {
  if (gpu?.mig !== undefined) return 'Enabled';
  return gpu?.migDisabled ? 'Disabled' : null;
}

function load(reading: Reading | undefined): number {
  return reading?.busy ? 37 : 0;
}

function table(
  rows: readonly Fields[],
  fields: readonly string[],
  { format, known }: { readonly format: string; readonly known: readonly string[] },
): Answer {
  const unknown = fields.find((field) => !known.includes(field));
  if (unknown !== undefined) {
    return { exitCode: 2, text: `Field "${unknown}" is not a valid field to query.\n\n` };
  }
  const bare = format.includes('nounits');
  const body = rows.map((row) => fields.map((field) => cell(row[field], bare)).join(', '));
  const head = format.includes('noheader') ? [] : [fields.join(', ')];
  return { exitCode: 0, text: [...head, ...body].map((line) => `${line}\n`).join('') };
}

function cell(value: Value | undefined, bare: boolean): string {
  if (value === undefined || value.text === null) return '[N/A]';
  if (typeof value.text === 'string') return value.text === 'GPU is lost' ? '[GPU is lost]' : value.text;
  return bare || value.unit === undefined ? String(value.text) : `${value.text} ${value.unit}`;
}
