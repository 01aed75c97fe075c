import { status, type WorkerReport } from '../../app/status.ts';
import { EXIT } from '../../core/errors.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { renderWorkers } from '../render/workers.ts';

/** Exit 1 when a worker failed or does not run: scripts ask by it whether all is well. */
export async function showStatus(_input: object, context: Context): Promise<CommandResult> {
  const { config } = await context.config();
  const reports = await status(await context.host(), await context.invocation(), config.project);
  const bad = reports.some(
    ({ status: said, lost }) => said === null || said.state === 'failed' || lost.length > 0,
  );
  return {
    json: { schema: 'rma.status/v1', project: config.project, workers: reports.map(workerDocument) },
    human: (theme) =>
      reports.length === 0 ? `No workers in project "${config.project}".` : renderWorkers(reports, theme),
    ids: reports.map(({ service }) => service),
    exitCode: bad ? EXIT.failed : EXIT.ok,
    ...(reports.length === 0 && {
      next: config.profiles.length > 0 ? 'rma up' : 'rma up --profile cpu-worker',
    }),
  };
}

function workerDocument({
  service,
  container,
  status: said,
  lost,
}: WorkerReport): Readonly<Record<string, unknown>> {
  return {
    service,
    container: container.name,
    containerState: container.state,
    health: container.health,
    status: said,
    lost,
  };
}
