import type { RmaConfig } from '../domain/config.ts';
import { COORDINATOR_PORT, COORDINATOR_SERVICE } from '../domain/registration.ts';
import type { Selection } from '../domain/selection.ts';
import { EXIT, RmaError } from '../errors.ts';
import { unknownWord } from '../nearest.ts';
import { groupPart } from './group-part.ts';
import { type PortHolder, portFault } from './port-taken.ts';

export interface PortRequest {
  readonly selection: Selection;
  readonly config: Pick<RmaConfig, 'coordinator' | 'ports' | 'groups'>;
  /** ports of the host that a program outside this project listens on */
  readonly taken: ReadonlySet<number>;
  /** services of other projects by port */
  readonly holders?: ReadonlyMap<number, PortHolder>;
  /** service → the port that it publishes or published last */
  readonly kept: ReadonlyMap<string, number>;
}

/**
 * Returns the host port of each service that publishes one: the configured one, else the one it already has, else the first
 * free one from the engine's default port up.
 * @throws RmaError RMA_PORT_TAKEN, RMA_PORT_NONE_FREE (3), RMA_PORT_UNKNOWN_SERVICE, RMA_PORT_TWICE (2)
 */
export function choosePorts({
  selection,
  config,
  taken,
  holders = new Map(),
  kept,
}: PortRequest): ReadonlyMap<string, number> {
  const withPort = selection.services.flatMap((selected) => {
    const { service, engine } = selected;
    return engine.port === null ? [] : [{ service, port: engine.port, selected }];
  });
  checkNames(
    config,
    withPort.map(({ service }) => service),
  );
  // members of a group answer no requests
  const engines = withPort.filter(({ selected }) => groupPart({ config }, selected)?.isHead !== false);
  const chosen = new Map<string, number>();
  const assign = (service: string, port: number): void => {
    const other = [...chosen].find(([, used]) => used === port)?.[0];
    if (other !== undefined) throw portTwice(port, other, service);
    if (taken.has(port)) throw portTaken(port, service, holders.get(port) ?? null);
    chosen.set(service, port);
  };
  if (config.coordinator.url === null) assign(COORDINATOR_SERVICE, coordinatorPort(config, kept));
  for (const { service } of engines) {
    const configured = config.ports[service];
    if (configured !== undefined) assign(service, configured);
  }
  const used = () => new Set([...taken, ...chosen.values()]);
  for (const { service } of engines) {
    const port = kept.get(service);
    if (port !== undefined && !chosen.has(service) && !used().has(port)) chosen.set(service, port);
  }
  for (const { service, port } of engines) {
    if (!chosen.has(service)) chosen.set(service, firstFree(service, port, used()));
  }
  return chosen;
}

/** The default port yields to the one that the coordinator already has: a configured port is kept like any other. */
function coordinatorPort(
  { coordinator }: Pick<RmaConfig, 'coordinator'>,
  kept: ReadonlyMap<string, number>,
): number {
  return coordinator.port === COORDINATOR_PORT
    ? (kept.get(COORDINATOR_SERVICE) ?? COORDINATOR_PORT)
    : coordinator.port;
}

function firstFree(service: string, from: number, used: ReadonlySet<number>): number {
  for (let port = from; port <= 65_535; port += 1) if (!used.has(port)) return port;
  throw new RmaError('RMA_PORT_NONE_FREE', `no free port for ${service} between ${from} and 65535`, {
    exitCode: EXIT.notReady,
    hint: `choose a port: --port ${service}=PORT`,
  });
}

function checkNames({ ports }: Pick<RmaConfig, 'ports'>, services: readonly string[]): void {
  const unknown = Object.keys(ports).find((service) => !services.includes(service));
  if (unknown === undefined) return;
  throw new RmaError(
    'RMA_PORT_UNKNOWN_SERVICE',
    `ports: ${unknownWord('service with a port', unknown, services.toSorted())}`,
    {
      exitCode: EXIT.usage,
      hint:
        unknown === COORDINATOR_SERVICE
          ? "set the coordinator's port with coordinator.port or --coordinator-port"
          : 'use a service of the chosen profiles',
    },
  );
}

function portTwice(port: number, first: string, second: string): RmaError {
  return new RmaError('RMA_PORT_TWICE', `${first} and ${second} are both set to port ${port}`, {
    exitCode: EXIT.usage,
    hint: `choose another port: --port ${second}=PORT`,
  });
}

function portTaken(port: number, service: string, holder: PortHolder | null): RmaError {
  const { message, hint, details } = portFault(port, service, holder);
  return new RmaError('RMA_PORT_TAKEN', message, { exitCode: EXIT.notReady, hint, details });
}
