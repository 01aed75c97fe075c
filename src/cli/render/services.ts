import { type ContainerFacts, roleOf } from '../../core/domain/container.ts';
import { serviceUrl } from '../../core/network/service-url.ts';
import { type TableData, tableData } from './host-tables.ts';
import type { Column } from './table.ts';

const COLUMNS: readonly Column<ContainerFacts>[] = [
  { title: 'PROJECT', value: ({ project }) => project },
  { title: 'SERVICE', value: ({ service }) => service },
  { title: 'STATE', value: serviceStateText },
  { title: 'GPU', value: ({ gpus }) => gpus.map(shortUuid).join(' ') },
  { title: 'ENDPOINT', value: endpointText },
  { title: 'RESTARTS', value: ({ restarts }) => String(restarts), align: 'right' },
  { title: 'IMAGE', value: ({ image }) => image },
];

/** Returns containers as a table, one line each. */
export function servicesTable(containers: readonly ContainerFacts[]): TableData {
  return tableData(COLUMNS, containers);
}

/** Returns a container as JSON shows it. */
export function serviceDocument(container: ContainerFacts): Readonly<Record<string, unknown>> {
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

/** Returns the state of a container with its health or exit code. */
export function serviceStateText({ state, health, exitCode }: ContainerFacts): string {
  if (state === 'exited') return `exited (${exitCode ?? '?'})`;
  return health === 'none' ? state : `${state} (${health})`;
}

function endpointText(container: ContainerFacts): string {
  const role = roleOf(container);
  return container.ports.map(({ address, hostPort: port }) => serviceUrl({ role, address, port })).join(' ');
}

/** Shortens a UUID for display: `GPU-5f1c2a9e`. */
function shortUuid(uuid: string): string {
  return uuid.slice(0, 12);
}
