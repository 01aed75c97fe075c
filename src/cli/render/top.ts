import type { HostUse, ServiceUse } from '../../app/host-use.ts';
import type { HostView } from '../../app/hosts/watch-hosts.ts';
import { formatBytes } from '../../core/units.ts';
import { truncate } from './display-width.ts';
import { gpuLoadTable } from './gpus.ts';
import { gpuDocuments } from './gpus-document.ts';
import { joinTables, type TableData, tableData } from './host-tables.ts';
import { printable } from './printable.ts';
import { serviceStateText } from './services.ts';
import { type Column, renderTable } from './table.ts';
import type { Theme } from './theme.ts';

interface Row {
  readonly service: string;
  readonly state: string;
  readonly use: Pick<ServiceUse, 'usage' | 'gpuBytes'> | null;
  readonly isFault: boolean;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'SERVICE', value: ({ service }) => service, shorten: 'middle' },
  {
    title: 'STATE',
    value: ({ state }) => state,
    shorten: 'end',
    paint: ({ isFault }, theme) => (isFault ? theme.red : (text) => text),
  },
  { title: 'CPU', value: ({ use }) => percent(use?.usage?.cpuPercent), align: 'right' },
  { title: 'RAM', value: ({ use }) => size(use?.usage?.memoryBytes), align: 'right' },
  { title: 'GPU MEMORY', value: ({ use }) => size(use?.gpuBytes), align: 'right' },
];

/** A host that takes longer to answer is shown as not responding, milliseconds. */
const PATIENCE_MS = 10_000;

interface Layout {
  /** there are several hosts: one column names them */
  readonly namesHosts: boolean;
}

/** Renders the GPUs of hosts and the services of a project there, with at least one line for each host. */
export function renderTop(views: readonly HostView<HostUse>[], { namesHosts }: Layout, theme: Theme): string {
  const gpus = views.map((view) => ({ host: view.host, table: gpuTable(view) }));
  const services = views.map((view) => ({ host: view.host, table: serviceTable(view) }));
  return [gpus, services]
    .map((tables) => (namesHosts ? joinTables(tables) : (tables[0]?.table ?? tableData(COLUMNS, []))))
    .filter(({ rows }) => rows.length > 0)
    .map(({ columns, rows }) => renderTable(columns, rows, theme))
    .join('\n\n');
}

/** Returns the faults that hosts answered with, and their hints, each on one line of the terminal. */
export function faultLines(views: readonly HostView<HostUse>[], theme: Theme): readonly string[] {
  return views.flatMap(({ result }) => {
    if (result === null || result.ok) return [];
    const { message, hint } = result.error;
    const onLine = (text: string): string => truncate(printable(text), theme.columns, theme.symbols.ellipsis);
    return [theme.red(onLine(message)), ...(hint === undefined ? [] : [onLine(`  hint: ${hint}`)])];
  });
}

/** Returns what a project uses of one host as JSON, sizes in bytes; null if unknown. */
export function useDocument({ gpus, services }: HostUse): Readonly<Record<string, unknown>> {
  return {
    gpus: gpuDocuments(gpus),
    services: services.map(({ container, usage, gpuBytes }) => ({
      service: container.service,
      profile: container.profile,
      container: container.name,
      state: container.state,
      health: container.health,
      cpuPercent: usage?.cpuPercent ?? null,
      memory: usage?.memoryBytes ?? null,
      gpuMemory: gpuBytes,
    })),
  };
}

/** The last answer of a host that responds. */
function useOf({ result, waitedMs }: HostView<HostUse>): HostUse | null {
  return result?.ok === true && waitedMs <= PATIENCE_MS ? result.value : null;
}

function gpuTable(view: HostView<HostUse>): TableData {
  const use = useOf(view);
  return use === null ? tableData([], []) : gpuLoadTable(use.gpus);
}

function serviceTable(view: HostView<HostUse>): TableData {
  const use = useOf(view);
  if (use === null) return tableData(COLUMNS, [placeholder(view)]);
  const rows = use.services.map(
    ({ container, ...rest }): Row => ({
      service: container.service,
      state: serviceStateText(container),
      use: rest,
      isFault: false,
    }),
  );
  const none: Row = { service: '', state: 'no services', use: null, isFault: false };
  return tableData(COLUMNS, rows.length === 0 ? [none] : rows);
}

/** Returns the row of a host without values. */
function placeholder({ result, waitedMs }: HostView<HostUse>): Row {
  const row = { service: '', use: null };
  if (waitedMs > PATIENCE_MS) {
    return { ...row, state: `no response for ${Math.floor(waitedMs / 1000)} s`, isFault: true };
  }
  if (result === null || result.ok) return { ...row, state: 'waiting', isFault: false };
  return { ...row, state: result.error.code, isFault: true };
}

function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : `${Math.round(value)} %`;
}

function size(bytes: number | null | undefined): string {
  return bytes === null || bytes === undefined ? '' : formatBytes(bytes);
}
