import type { ClusterReport } from '../../app/kubernetes/cluster-status.ts';
import type { DeploymentState, JobState } from '../../core/cluster/cluster-state.ts';
import { isComplete } from '../../core/cluster/progress.ts';
import { trueCondition } from '../../core/cluster/workload-fault.ts';
import { type Column, renderTable } from './table.ts';
import type { Theme } from './theme.ts';

interface Row {
  readonly object: string;
  readonly ready: string;
  readonly state: string;
  readonly details: string;
}

const GOOD: ReadonlySet<string> = new Set(['ready', 'complete', 'Bound']);

const COLUMNS: readonly Column<Row>[] = [
  { title: 'OBJECT', value: ({ object }) => object, shorten: 'middle' },
  { title: 'READY', value: ({ ready }) => ready },
  {
    title: 'STATE',
    value: ({ state }) => state,
    paint: ({ state }, theme) => (GOOD.has(state) ? theme.green : theme.yellow),
  },
  { title: 'DETAILS', value: ({ details }) => details, shorten: 'end' },
];

/** Renders the Deployments and the Job of a project with their models, and its claim with its size, one line each, then what it waits for. */
export function renderCluster({ state, fault, waitsFor }: ClusterReport, theme: Theme): string {
  const rows = [
    ...state.deployments.map(deploymentRow),
    ...state.jobs.map(jobRow),
    ...state.claims.map(({ name, phase, storage, storageClass }) => ({
      ...{ object: `pvc/${name}`, ready: '', state: phase },
      details: [storage, storageClass].filter((text) => text !== undefined).join(' '),
    })),
  ];
  const lines = [renderTable(COLUMNS, rows, theme)];
  if (fault !== null) {
    lines.push('', theme.red(fault.message));
    if (fault.hint !== undefined) lines.push(`hint: ${fault.hint}`);
  } else if (waitsFor.length > 0) lines.push('', ...waitsFor);
  return lines.join('\n');
}

function deploymentRow({ name, ready, desired, models, isRolledOut }: DeploymentState): Row {
  return {
    object: `deployment/${name}`,
    ready: `${ready}/${desired}`,
    state: isRolledOut ? 'ready' : 'updating',
    details: models.join(' '),
  };
}

function jobRow(job: JobState): Row {
  const done = isComplete(job);
  const failed = trueCondition(job.conditions, 'Failed') !== null;
  const unfinished = job.active > 0 ? 'running' : 'waiting';
  return {
    object: `job/${job.name}`,
    ready: done ? '1/1' : '0/1',
    state: done ? 'complete' : failed ? 'failed' : unfinished,
    details: job.models.join(' '),
  };
}
