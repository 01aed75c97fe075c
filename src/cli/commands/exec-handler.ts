import { projectContainers } from '../../app/observe/project-containers.ts';
import { requireDocker } from '../../app/observe/require-docker.ts';
import type { ContainerFacts } from '../../core/domain/container.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { unknownService } from '../../core/unknown-service.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { hostOfService } from '../hosts/host-of-service.ts';

interface ExecInput {
  readonly service: string;
  readonly command: readonly string[];
  readonly user: string | null;
  readonly workdir: string | null;
}

/**
 * Runs a command in the container of a service, on the terminal's own streams; with `--json`, the output is part of the
 * document.
 * @throws RmaError RMA_SERVICE_UNKNOWN exit 2, RMA_SERVICE_NOT_RUNNING exit 3
 */
export async function runExec(input: ExecInput, everywhere: Context): Promise<CommandResult> {
  const context = await hostOfService(everywhere, input.service);
  const { config } = await context.config();
  const host = await context.host();
  await requireDocker(host);
  const containers = await projectContainers(host, config.project);
  const { id } = runningOne(input.service, containers);
  const { service, command: argv, user, workdir } = input;
  const { signal, isTerminal } = context;
  if (context.globals.json) {
    const outcome = await host.docker.exec(id, argv, { user, workdir, signal });
    const { exitCode, stdout, stderr } = outcome;
    return {
      json: { schema: 'rma.exec/v1', service, exitCode, stdout, stderr },
      human: () => '',
      exitCode,
    };
  }
  const exitCode = await host.docker.execHere(id, argv, { user, workdir, tty: isTerminal, signal });
  return { json: { schema: 'rma.exec/v1', service, exitCode }, human: () => '', exitCode };
}

function runningOne(name: string, containers: readonly ContainerFacts[]): ContainerFacts {
  const found = containers.find(({ service }) => service === name);
  if (found === undefined)
    throw unknownService(
      name,
      containers.map(({ service }) => service),
    );
  if (found.state === 'running') return found;
  throw new RmaError('RMA_SERVICE_NOT_RUNNING', `the service ${name} is not running (${found.state})`, {
    exitCode: EXIT.notReady,
    hint: `to start it: rma up; to see why it stopped: rma logs ${name}`,
  });
}
