import { projectContainers } from '../../app/observe/project-containers.ts';
import { requireDocker } from '../../app/observe/require-docker.ts';
import type { ContainerFacts } from '../../core/domain/container.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { type Column, renderTable } from '../render/table.ts';

interface PsInput {
  readonly all: boolean;
}

const COLUMNS: readonly Column<ContainerFacts>[] = [
  { title: 'PROJECT', value: ({ project }) => project },
  { title: 'SERVICE', value: ({ service }) => service },
  { title: 'STATE', value: stateText },
  { title: 'GPU', value: ({ gpus }) => gpus.map(shortUuid).join(' ') },
  { title: 'ENDPOINT', value: endpointText },
  { title: 'RESTARTS', value: ({ restarts }) => String(restarts), align: 'right' },
  { title: 'IMAGE', value: ({ image }) => image },
];

export async function listServices({ all }: PsInput, context: Context): Promise<CommandResult> {
  const { config } = await context.config();
  const host = await context.host();
  await requireDocker(host);
  const containers = await projectContainers(host, all ? null : config.project);
  const services = containers.map(serviceDocument);
  return {
    json: { schema: 'rma.ps/v1', services },
    human: (theme) =>
      containers.length === 0
        ? `No services${all ? '' : ` in project "${config.project}"`}.`
        : renderTable(COLUMNS, containers, theme),
    ids: containers.map(({ service }) => service),
    items: services,
    ...(containers.length === 0 && {
      next: config.profiles.length > 0 ? 'rma up' : 'rma up --profile cpu-worker',
    }),
  };
}

function serviceDocument(container: ContainerFacts): Readonly<Record<string, unknown>> {
  const {
    project,
    service,
    profile,
    name,
    image,
    state,
    health,
    exitCode,
    restarts,
    startedAt,
    models,
    gpus,
    variant,
  } = container;
  const ports = container.ports.map(({ address, hostPort, containerPort }) => ({
    address,
    hostPort,
    containerPort,
  }));
  return {
    project,
    service,
    profile,
    container: name,
    image,
    state,
    health,
    exitCode,
    restarts,
    startedAt: startedAt === null ? null : new Date(startedAt).toISOString(),
    models,
    variant,
    gpus,
    ports,
  };
}

function stateText({ state, health, exitCode }: ContainerFacts): string {
  if (state === 'exited') return `exited (${exitCode ?? '?'})`;
  return health === 'none' ? state : `${state} (${health})`;
}

function endpointText({ ports }: ContainerFacts): string {
  return ports.map(({ address, hostPort }) => `http://${address}:${hostPort}`).join(' ');
}

/** Shortens a UUID for display: `GPU-5f1c2a9e`. */
function shortUuid(uuid: string): string {
  return uuid.slice(0, 12);
}
