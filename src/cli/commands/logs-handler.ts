import { requireDocker } from '../../app/require-docker.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import type { Context } from '../context.ts';
import type { CommandResult } from '../define-command.ts';

interface LogsInput {
  readonly service: readonly string[];
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly tail: string | null;
}

/** The lines go to stdout as Compose formats them. @throws RmaError RMA_SERVICE_UNKNOWN (2) */
export async function showLogs(input: LogsInput, context: Context): Promise<CommandResult> {
  const { config } = await context.config();
  const box = await context.box();
  await requireDocker(box);
  const services = (await box.docker.containers(config.project)).map(({ service }) => service);
  for (const wanted of input.service) if (!services.includes(wanted)) throw unknown(wanted, services);
  const done = { json: { schema: 'rma.logs/v1', services }, human: () => '' } as const;
  if (services.length === 0) {
    return {
      ...done,
      human: () => `No services in project "${config.project}".`,
      next: 'rma up --profile cpu-worker',
    };
  }
  const args = [
    ...(input.follow ? ['--follow'] : []),
    ...(input.timestamps ? ['--timestamps'] : []),
    ...(input.tail === null ? [] : ['--tail', input.tail]),
    ...input.service,
  ];
  const exitCode = await box.cli.logs({ name: config.project, file: null }, args, box.signal);
  return { ...done, exitCode: exitCode === 0 ? EXIT.ok : EXIT.failed };
}

function unknown(wanted: string, services: readonly string[]): RmaError {
  const near = nearest(wanted, services);
  return new RmaError('RMA_SERVICE_UNKNOWN', `there is no service "${wanted}" in this project`, {
    exitCode: EXIT.usage,
    hint: near === null ? `there are: ${services.join(', ') || 'none'}` : `did you mean ${near}?`,
  });
}
