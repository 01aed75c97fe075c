import type { GpuReport } from '../../app/gpus.ts';
import type { Gpu, GpuMemory, GpuProcess } from '../../core/domain/gpu.ts';
import { shortUuids } from '../../core/gpu/short-uuids.ts';
import type { GpuUser } from '../../core/gpu/users.ts';
import { formatBytes } from '../../core/units.ts';
import { servicesByPid, usersOf } from './gpus-document.ts';
import { type TableData, tableData } from './host-tables.ts';
import { type Column, renderTable } from './table.ts';
import type { Theme } from './theme.ts';

interface Row {
  readonly index: string;
  readonly uuid: string | null;
  readonly name: string;
  readonly capability: string | null;
  readonly memory: GpuMemory;
  readonly utilization: number | null;
  readonly temperature: number | null;
  readonly power: number | null;
  readonly usedBy: string;
  readonly fault: boolean;
}

interface ProcessRow {
  readonly gpu: string;
  readonly process: GpuProcess;
  readonly service: string | null;
}

interface View {
  /** also list processes */
  readonly processes: boolean;
  readonly theme: Theme;
}

const PROCESS_COLUMNS: readonly Column<ProcessRow>[] = [
  { title: 'GPU', value: ({ gpu }) => gpu },
  {
    title: 'PID',
    value: ({ process }) => (process.pid === null ? '?' : String(process.pid)),
    align: 'right',
  },
  { title: 'KIND', value: ({ process }) => (process.kind === 'unknown' ? '' : process.kind) },
  { title: 'MEMORY', value: ({ process }) => size(process.memoryBytes), align: 'right' },
  { title: 'SERVICE', value: ({ service }) => service ?? '' },
  { title: 'PROCESS', value: ({ process }) => process.name },
];

/** Renders the GPUs of one machine; the reason if it has none. */
export function renderGpus(report: GpuReport, { processes, theme }: View): string {
  const { driverVersion, cudaVersion, gpus, absence } = report.inventory;
  if (gpus.length === 0) {
    const { message, code, hint } = absence ?? { message: 'none found', code: '', hint: '' };
    return `No usable GPU: ${message} (${code})\n  hint: ${hint}`;
  }
  const head = theme.dim(`driver ${driverVersion ?? 'unknown'}, CUDA ${cudaVersion ?? 'unknown'}`);
  const { columns, rows } = gpusTable(report);
  const tables = [renderTable(columns, rows, theme)];
  if (processes) tables.push(processTable(report, theme));
  return [head, ...tables].join('\n\n');
}

/** Returns the GPUs of one machine as a table. */
export function gpusTable(report: GpuReport): TableData {
  const { gpus } = report.inventory;
  return tableData(
    gpuColumns(gpus),
    gpus.flatMap((gpu) => gpuRows(gpu, report)),
  );
}

function gpuColumns(gpus: readonly Gpu[]): readonly Column<Row>[] {
  const uuids = gpus.flatMap(({ uuid, migDevices }) => [
    uuid,
    ...migDevices.flatMap((mig) => mig.uuid ?? []),
  ]);
  const short = shortUuids(uuids);
  return [
    { title: 'IDX', value: ({ index }) => index },
    { title: 'UUID', value: ({ uuid }) => (uuid === null ? '' : (short.get(uuid) ?? uuid)) },
    NAME,
    { title: 'CC', value: ({ capability }) => capability ?? '' },
    ...LOAD,
    USED_BY,
  ];
}

const NAME: Column<Row> = { title: 'NAME', value: ({ name }) => name };
const LOAD: readonly Column<Row>[] = [
  { title: 'MEMORY', value: ({ memory }) => memoryText(memory), align: 'right' },
  { title: 'UTIL', value: ({ utilization }) => withUnit(utilization, '%'), align: 'right' },
  { title: 'TEMP', value: ({ temperature }) => withUnit(temperature, 'C'), align: 'right' },
];
const USED_BY: Column<Row> = {
  title: 'USED BY',
  value: ({ usedBy }) => usedBy,
  paint: ({ fault }, theme) => (fault ? theme.red : (text) => text),
};
const LOAD_COLUMNS: readonly Column<Row>[] = [
  { title: 'GPU', value: ({ index }) => index },
  { ...NAME, shorten: 'middle' },
  ...LOAD,
  { title: 'POWER', value: ({ power }) => withUnit(power, 'W'), align: 'right' },
  { ...USED_BY, shorten: 'end' },
];

/** Returns what the GPUs of one machine do now as a table. */
export function gpuLoadTable(report: GpuReport): TableData {
  return tableData(
    LOAD_COLUMNS,
    report.inventory.gpus.flatMap((gpu) => gpuRows(gpu, report)),
  );
}

function gpuRows(gpu: Gpu, report: GpuReport): readonly Row[] {
  const inMigMode = gpu.migEnabled === true;
  return [
    {
      index: String(gpu.index),
      uuid: gpu.uuid,
      name: gpu.unified ? `${gpu.name} (system memory)` : gpu.name,
      capability: gpu.computeCapability,
      memory: gpu.memory,
      utilization: gpu.utilizationPercent,
      temperature: gpu.temperatureCelsius,
      power: gpu.powerWatts,
      usedBy: gpu.fault ?? (inMigMode ? 'MIG mode' : usedByText(gpu, { uuid: gpu.uuid, report })),
      fault: gpu.fault !== null,
    },
    ...gpu.migDevices.map(({ uuid, profile, index, memory }) => ({
      index: `  ${gpu.index}:${index}`,
      uuid,
      name: `  MIG ${profile ?? ''}`.trimEnd(),
      capability: null,
      memory,
      utilization: null,
      temperature: null,
      power: null,
      usedBy: usedByText(gpu, { uuid, report, migIndex: index }),
      fault: false,
    })),
  ];
}

interface Place {
  readonly uuid: string | null;
  readonly report: GpuReport;
  readonly migIndex?: number;
}

/** Lists services by name and counts all other processes. */
function usedByText({ processes }: Gpu, { uuid, report, migIndex }: Place): string {
  const users = usersOf(report, uuid) ?? [];
  const own = new Set(users.flatMap(({ pids }) => pids));
  const others = (processes ?? []).filter(
    (process) => process.migIndex === migIndex && (process.pid === null || !own.has(process.pid)),
  );
  const words = users.map((user) => (user.container === null ? `${nameOf(user)} (reserved)` : nameOf(user)));
  if (others.length > 0) words.push(othersText(others.length, users.length > 0));
  return words.join(', ');
}

function othersText(count: number, more: boolean): string {
  return `${count} ${more ? 'other ' : ''}${count === 1 ? 'process' : 'processes'}`;
}

function processTable(report: GpuReport, theme: Theme): string {
  const rows = report.inventory.gpus.flatMap((gpu) => {
    const services = servicesByPid(report, gpu);
    return (gpu.processes ?? []).map((process) => {
      const user = process.pid === null ? undefined : services.get(process.pid);
      const device = process.migIndex === undefined ? '' : `:${process.migIndex}`;
      return { gpu: `${gpu.index}${device}`, process, service: user === undefined ? null : nameOf(user) };
    });
  });
  if (rows.length > 0) return renderTable(PROCESS_COLUMNS, rows, theme);
  const known = report.inventory.gpus.some(({ processes }) => processes !== null);
  return known ? 'No processes.' : 'The driver does not report processes.';
}

function nameOf({ project, service }: GpuUser): string {
  return `${project}/${service}`;
}

/** Formats used and total memory in one unit. */
function memoryText({ totalBytes, reservedBytes, usedBytes }: GpuMemory): string {
  if (totalBytes === null) return '';
  const total = formatBytes(totalBytes);
  if (usedBytes === null) return `?/${total}`;
  const [, unit = ''] = total.split(' ');
  const inUnit = (usedBytes + (reservedBytes ?? 0)) / (totalBytes / Number.parseFloat(total));
  return `${inUnit.toFixed(1)}/${total.replace(` ${unit}`, '')} ${unit}`;
}

function size(bytes: number | null): string {
  return bytes === null ? '' : formatBytes(bytes);
}

function withUnit(value: number | null, unit: string): string {
  return value === null ? '' : `${value} ${unit}`;
}
