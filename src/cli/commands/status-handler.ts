import { status, type WorkerReport } from '../../app/status.ts';
import type { WorkerState, WorkerStatus } from '../../core/domain/worker-status.ts';
import { EXIT } from '../../core/errors.ts';
import { type ClusterInput, requireOption } from '../cluster-options.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { renderHost } from '../render/host.ts';
import { renderWorkers, workersTable } from '../render/workers.ts';
import { showClusterStatus } from './status-cluster.ts';

const BAD_STATES: ReadonlySet<WorkerState> = new Set(['failed', 'degraded']);

interface StatusInput extends ClusterInput {
  readonly kubernetes: boolean;
}

/** Returns exit code 1 when a worker or a service of its own does not work, for scripts. */
export async function showStatus(input: StatusInput, context: Context): Promise<CommandResult> {
  if (input.kubernetes) return showClusterStatus(input, context);
  requireOption('--kubernetes', {
    '--context': input.context !== null,
    '--kubeconfig': input.kubeconfig !== null,
  });
  const { config } = await context.config();
  const { host, workers } = await status(await context.host(), await context.invocation(), config);
  const bad = workers.some(
    ({ status: reported, lost, troubles }) =>
      reported === null || isBad(reported) || lost.length > 0 || troubles.length > 0,
  );
  const none = `No workers in project "${config.project}".`;
  return {
    json: { schema: 'rma.status/v1', project: config.project, host, workers: workers.map(workerDocument) },
    human: (theme) =>
      [renderHost(host, theme), workers.length === 0 ? none : renderWorkers(workers, theme)].join('\n\n'),
    overview: workersTable(workers),
    ids: workers.map(({ service }) => service),
    exitCode: bad ? EXIT.failed : EXIT.ok,
    ...(workers.length === 0 && {
      next: config.profiles.length > 0 ? 'rma up' : 'rma up --profile cpu-worker',
    }),
  };
}

function isBad({ state, registered }: WorkerStatus): boolean {
  return BAD_STATES.has(state) || (state === 'ready' && !registered);
}

function workerDocument({
  service,
  container,
  status: reported,
  lost,
  troubles,
}: WorkerReport): Readonly<Record<string, unknown>> {
  return {
    service,
    container: container.name,
    containerState: container.state,
    health: container.health,
    status: reported,
    lost,
    troubles,
  };
}
