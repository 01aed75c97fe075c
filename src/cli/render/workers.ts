import type { ReportedTrouble, WorkerReport } from '../../app/status.ts';
import type { EngineStatus, ModelProgress, WorkerStatus } from '../../core/domain/worker-status.ts';
import { stateText } from '../../core/plan/service-trouble.ts';
import { formatBytes, formatDuration } from '../../core/units.ts';
import { type TableData, tableData } from './host-tables.ts';
import type { Column } from './table.ts';
import type { Theme } from './theme.ts';

const COLUMNS: readonly Column<WorkerReport>[] = [
  { title: 'WORKER', value: ({ service }) => service, shorten: 'middle' },
  {
    title: 'STATE',
    value: ({ status, container }) => status?.state ?? silentText(container),
    paint: ({ status }, theme) => statePaint(status, theme),
  },
  { title: 'REGISTERED', value: ({ status }) => (status === null ? '' : status.registered ? 'yes' : 'no') },
  { title: 'MODELS', value: ({ status }) => share(status?.models, 'present'), align: 'right' },
  { title: 'ENGINES', value: ({ status }) => share(status?.engines, 'ready'), align: 'right' },
];

/** Returns workers as a table, one line each, with how many of its models are present and of its engines ready. */
export function workersTable(reports: readonly WorkerReport[]): TableData {
  return tableData(COLUMNS, reports);
}

function silentText({ state }: WorkerReport['container']): string {
  return state === 'running' ? 'no response' : state;
}

/** Returns `1/2`: how many are in a state, and how many there are. */
function share(all: readonly { readonly state: string }[] | undefined, state: string): string {
  if (all === undefined) return '';
  return `${all.filter((each) => each.state === state).length}/${all.length}`;
}

/** Renders each worker with its models and engines. */
export function renderWorkers(reports: readonly WorkerReport[], theme: Theme): string {
  return reports.map((report) => renderWorker(report, theme)).join('\n\n');
}

function renderWorker(report: WorkerReport, theme: Theme): string {
  const { service, container, status, lost, troubles } = report;
  const name = theme.bold(service);
  const remedies = troubles.map((trouble) => theme.red(`  ${troubleText(trouble)}`));
  if (status === null) {
    const why =
      container.state === 'running'
        ? 'is running but the worker does not respond'
        : stateText(container.state);
    return [`${name}  ${theme.red(`container ${why}`)}`, ...remedies].join('\n');
  }
  const lines = [
    `${name}  ${statePaint(status, theme)(status.state)} since ${status.since}${registration(status)}`,
  ];
  if (status.failure !== null) lines.push(theme.red(`  ${status.failure.message}`));
  if (status.failure?.hint !== undefined) lines.push(`  hint: ${status.failure.hint}`);
  lines.push(...status.models.map((model) => `  model   ${modelText(model)}`));
  lines.push(...status.engines.map((engine) => `  engine  ${engineText(engine)}`));
  lines.push(...lost.flatMap(({ message, hint }) => [theme.red(`  ${message}`), `  hint: ${hint}`]));
  return [...lines, ...remedies].join('\n');
}

const REMEDIES: Readonly<Record<ReportedTrouble['kind'], string>> = {
  'start-service': 'starts',
  'restart-service': 'restarts',
  'recreate-service': 'recreates',
};

function troubleText({ service, kind, cause }: ReportedTrouble): string {
  return `${service}: ${cause}; rma up ${REMEDIES[kind]} it`;
}

function statePaint(status: WorkerStatus | null, theme: Theme): (text: string) => string {
  if (status?.state === 'ready') return theme.green;
  return status === null || status.state === 'failed' ? theme.red : theme.yellow;
}

function registration({ registered, coordinatorNote }: WorkerStatus): string {
  if (registered) return ', registered';
  return coordinatorNote === undefined ? ', not registered' : `, not registered: ${coordinatorNote}`;
}

function modelText({
  ref,
  state,
  doneBytes,
  totalBytes,
  bytesPerSecond,
  etaSeconds,
  note,
}: ModelProgress): string {
  const parts = [ref, state];
  if (state === 'downloading') parts.push(`${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`);
  if (state === 'present') parts.push(formatBytes(totalBytes));
  if (bytesPerSecond !== null) parts.push(`${formatBytes(bytesPerSecond)}/s`);
  if (etaSeconds !== null) parts.push(`${formatDuration(etaSeconds)} left`);
  if (note !== undefined) parts.push(note);
  return parts.join('  ');
}

function engineText({ service, state, note }: EngineStatus): string {
  return note === undefined ? `${service}  ${state}` : `${service}  ${state}  ${note}`;
}
