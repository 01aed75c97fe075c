import { projectContainers } from '../../app/observe/project-containers.ts';
import { requireDocker } from '../../app/observe/require-docker.ts';
import type { ContainerFacts } from '../../core/domain/container.ts';
import { EXIT } from '../../core/errors.ts';
import { unknownService } from '../../core/unknown-service.ts';
import type { Host } from '../../ports/host.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { onEachHost } from '../hosts/on-each-host.ts';

interface LogsInput {
  readonly service: readonly string[];
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly tail: string | null;
}

const JSON_LINES = 1000;

/** Prints logs in the format of Compose, or with `--json` as a document. @throws RmaError RMA_SERVICE_UNKNOWN exit 2 */
export async function showLogs(input: LogsInput, context: Context): Promise<CommandResult> {
  if (input.follow) context.follows();
  const names = await context.selectedHosts();
  if (names !== null) return onEachHost(context, async (own, name) => hostLogs(input, own, name));
  return hostLogs(input, context, null);
}

/** Prints the logs of one host; its name is in front of each line where there are several. */
async function hostLogs(input: LogsInput, context: Context, name: string | null): Promise<CommandResult> {
  const { config } = await context.config();
  const host = await context.host();
  await requireDocker(host);
  const containers = await projectContainers(host, config.project);
  const services = containers.map(({ service }) => service);
  for (const each of input.service) if (!services.includes(each)) throw unknownService(each, services);
  if (services.length === 0) {
    return {
      json: { schema: 'rma.logs/v1', services: [] },
      human: () => `No services in project "${config.project}".`,
      next: config.profiles.length > 0 ? 'rma up' : 'rma up --profile cpu-worker',
    };
  }
  const shown = containers.filter(
    ({ service }) => input.service.length === 0 || input.service.includes(service),
  );
  if (context.globals.json) return logDocument(host, shown, Number(input.tail ?? JSON_LINES));
  const exitCode = await host.docker
    .logs({ name: config.project, file: null }, composeFlags(input), {
      signal: context.signal,
      ...(name !== null && { onLine: (line: string) => context.print(`${name}  ${line}`) }),
    })
    .catch((error: unknown) => {
      // a signal is the usual end of following
      if (input.follow && context.signal.aborted) return EXIT.ok;
      throw error;
    });
  return {
    json: { schema: 'rma.logs/v1', services },
    human: () => '',
    exitCode: exitCode === 0 ? EXIT.ok : EXIT.failed,
  };
}

function composeFlags({ follow, timestamps, tail, service }: LogsInput): readonly string[] {
  return [
    ...(follow ? ['--follow'] : []),
    ...(timestamps ? ['--timestamps'] : []),
    ...(tail === null ? [] : ['--tail', tail]),
    ...service,
  ];
}

async function logDocument(
  host: Pick<Host, 'engine'>,
  containers: readonly ContainerFacts[],
  tail: number,
): Promise<CommandResult> {
  const services = await Promise.all(
    containers.map(async ({ id, service }) => ({ service, lines: await host.engine.logTail(id, tail) })),
  );
  return { json: { schema: 'rma.logs/v1', services }, human: () => '' };
}
