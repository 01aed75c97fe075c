import type { RmaConfig } from '../../core/domain/config.ts';
import type { ContainerFacts, ContainerSummary } from '../../core/domain/container.ts';
import type { Selection } from '../../core/domain/selection.ts';
import { choosePorts } from '../../core/fleet/choose-ports.ts';
import { groupPart } from '../../core/fleet/group-part.ts';
import { portHolders } from '../../core/fleet/port-taken.ts';
import type { Host } from '../../ports/host.ts';

export interface OwnPorts {
  /** service → port on the host */
  readonly ports: ReadonlyMap<string, number>;
  /** services that are new here, and whose usual port something else on this machine listens on */
  readonly avoided: readonly { readonly service: string; readonly engine: string; readonly port: number }[];
}

export interface PortRequest {
  readonly config: RmaConfig;
  readonly selection: Selection;
  readonly containers: readonly ContainerFacts[];
  /** of all projects */
  readonly allContainers: readonly ContainerSummary[];
  /** service → port of an earlier run */
  readonly remembered: Readonly<Record<string, number>>;
}

/** Ports in use are found by probing from the engine's usual port up, as far as a free one is needed. */
export async function ownPorts(
  host: Pick<Host, 'ports'>,
  { config, selection, containers, allContainers, remembered }: PortRequest,
): Promise<OwnPorts> {
  const held = [
    ...containers.flatMap(({ service, ports }) => ports.map(({ hostPort }) => [service, hostPort] as const)),
    ...onHost({ config, selection, containers, remembered }),
  ];
  const kept = new Map([...Object.entries(remembered), ...held]);
  const holders = portHolders(allContainers.filter(({ project }) => project !== config.project));
  const own = new Set(held.map(([, port]) => port));
  const taken = new Set<number>();
  for (;;) {
    const ports = choosePorts({ selection, config, taken, holders, kept });
    const free = [...ports.values()].filter((port) => !own.has(port) && !taken.has(port));
    const inUse = await Promise.all(free.map(async (port) => host.ports.isTaken(config.bind, port)));
    const found = free.filter((_, at) => inUse[at]);
    if (found.length === 0) return { ports, avoided: avoidedPorts(selection, taken) };
    for (const port of found) taken.add(port);
  }
}

/** Returns the ports of containers in the network of the host, which publish none. */
function onHost({
  config,
  selection,
  containers,
  remembered,
}: Omit<PortRequest, 'allContainers'>): readonly (readonly [string, number])[] {
  return selection.services.flatMap((selected) => {
    const { service } = selected;
    const port = remembered[service];
    const runs = containers.some((each) => each.service === service && each.state === 'running');
    const isOnHost = groupPart({ config }, selected)?.span.network === 'host';
    return port !== undefined && runs && isOnHost ? [[service, port] as const] : [];
  });
}

function avoidedPorts({ services }: Selection, taken: ReadonlySet<number>): OwnPorts['avoided'] {
  return services.flatMap(({ service, engine: { name, port } }) =>
    port !== null && taken.has(port) ? [{ service, engine: name, port }] : [],
  );
}
