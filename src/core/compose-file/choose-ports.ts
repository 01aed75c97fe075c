import type { RmaConfig } from '../domain/config.ts';
import { COORDINATOR_PORT } from '../domain/registration.ts';
import type { Selection } from '../domain/selection.ts';
import { EXIT, RmaError } from '../errors.ts';
import { unknownWord } from '../nearest.ts';

const COORDINATOR = 'coordinator';

export interface PortQuestion {
  readonly selection: Selection;
  readonly config: RmaConfig;
  /** ports of the host that something outside this project listens on */
  readonly taken: ReadonlySet<number>;
  /** ports that services of this project publish already */
  readonly kept: ReadonlyMap<string, number>;
}

/**
 * A port on the host for every service that publishes one: the one of the settings, else the one it has, else the
 * first free one from the engine's usual port up.
 * @throws RmaError RMA_PORT_TAKEN, RMA_PORT_NONE_FREE exit 3, RMA_PORT_UNKNOWN_SERVICE, RMA_PORT_TWICE exit 2
 */
export function choosePorts({ selection, config, taken, kept }: PortQuestion): ReadonlyMap<string, number> {
  const engines = selection.services;
  checkNames(
    config,
    engines.map(({ service }) => service),
  );
  const chosen = new Map<string, number>();
  const give = (service: string, port: number): void => {
    const holder = [...chosen].find(([, other]) => other === port)?.[0];
    if (holder !== undefined) throw portTwice(port, holder, service);
    if (taken.has(port)) throw portTaken(service, port);
    chosen.set(service, port);
  };
  if (config.coordinator.url === null) give(COORDINATOR, coordinatorPort(config, kept));
  for (const { service } of engines) {
    const wanted = config.ports[service];
    if (wanted !== undefined) give(service, wanted);
  }
  const used = () => new Set([...taken, ...chosen.values()]);
  for (const { service } of engines) {
    const port = kept.get(service);
    if (port !== undefined && !chosen.has(service) && !used().has(port)) chosen.set(service, port);
  }
  for (const { service, engine } of engines) {
    if (!chosen.has(service)) chosen.set(service, firstFree(service, engine.port, used()));
  }
  return chosen;
}

/** The usual port gives way to the one that the coordinator has: it was asked for once, and is kept like the others. */
function coordinatorPort({ coordinator }: RmaConfig, kept: ReadonlyMap<string, number>): number {
  return coordinator.port === COORDINATOR_PORT
    ? (kept.get(COORDINATOR) ?? COORDINATOR_PORT)
    : coordinator.port;
}

function firstFree(service: string, from: number, used: ReadonlySet<number>): number {
  for (let port = from; port <= 65_535; port += 1) if (!used.has(port)) return port;
  throw new RmaError('RMA_PORT_NONE_FREE', `no free port for ${service} from ${from} up`, {
    exitCode: EXIT.notReady,
    hint: `--port ${service}=PORT`,
  });
}

function checkNames(config: RmaConfig, services: readonly string[]): void {
  const unknown = Object.keys(config.ports).find((service) => !services.includes(service));
  if (unknown === undefined) return;
  throw new RmaError(
    'RMA_PORT_UNKNOWN_SERVICE',
    `ports: ${unknownWord('service', unknown, [...services].sort())}`,
    {
      exitCode: EXIT.usage,
      hint:
        unknown === 'coordinator'
          ? 'the port of the coordinator is coordinator.port, or --coordinator-port'
          : 'name a service of the chosen profiles',
    },
  );
}

function portTwice(port: number, first: string, second: string): RmaError {
  return new RmaError('RMA_PORT_TWICE', `${first} and ${second} are both given port ${port}`, {
    exitCode: EXIT.usage,
    hint: `--port ${second}=PORT with another number`,
  });
}

function portTaken(service: string, port: number): RmaError {
  const flag = service === 'coordinator' ? '--coordinator-port PORT' : `--port ${service}=PORT`;
  return new RmaError('RMA_PORT_TAKEN', `port ${port}, wanted for ${service}, is taken by another program`, {
    exitCode: EXIT.notReady,
    hint: `stop what listens there (ss -ltnp 'sport = :${port}'), or choose another port: ${flag}`,
    details: { service, port },
  });
}
