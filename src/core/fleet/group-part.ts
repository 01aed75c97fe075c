import type { HostGroup } from '../domain/config.ts';
import type { EngineSpan } from '../domain/profile.ts';
import type { SelectedService } from '../domain/selection.ts';
import { GROUP_MOUNT } from '../domain/worker-config.ts';
import { bracketed } from '../network/listen-address.ts';
import type { FleetInput } from './fleet-input.ts';
import { groupScript } from './group-script.ts';
import type { GroupSpec, ServiceSpec } from './service-spec.ts';

/** Where the script is in the container of an engine. */
const SCRIPT = '/etc/rma/group.sh';
/** For the script to end after its program. */
const SCRIPT_SECONDS = 5;

/** What a service does in a group of hosts that run one model together. */
export interface GroupPart {
  readonly group: HostGroup;
  readonly span: EngineSpan;
  readonly isHead: boolean;
  /** whether it loads the files of the model, and not what the head sends */
  readonly loadsModel: boolean;
  /** where the members, or the head in the network of its host, are reached */
  readonly port: number;
}

/** Returns what a service does in its group; null if it runs on this host alone. */
export function groupPart(
  { config: { groups } }: { readonly config: Pick<FleetInput['config'], 'groups'> },
  { profile, engine: { span } }: Pick<SelectedService, 'profile' | 'engine'>,
): GroupPart | null {
  const group = groups?.[profile];
  if (group === undefined || span === undefined) return null;
  const isHead = group.rank === 0;
  const loadsModel = isHead || span.memberProgram === null;
  return { group, span, isHead, loadsModel, port: span.port + group.portOffset };
}

/** Returns the placeholders of a service in a group. */
export function groupPlaceholders({
  group,
  span,
  isHead,
  port,
}: GroupPart): Readonly<Record<string, string>> {
  const { hosts, addresses, rank } = group;
  const members = addresses.slice(1).map((address) => `${bracketed(address)}:${port}`);
  // in a network of its own, a member listens on the port of the file, and Docker publishes it
  const isPublished = span.network === 'bridge' && !isHead;
  return {
    nodes: String(hosts.length),
    rank: String(rank),
    head: addresses[0] ?? '',
    members: members.join(','),
    span_port: String(isPublished ? span.port : port),
    address: addresses[rank] ?? '',
    ...(group.interface !== null && { interface: group.interface }),
  };
}

/**
 * Returns the arguments of the script: the program of this host and the arguments of it.
 * @param own arguments of the engine without a group
 */
export function groupArguments({ span, isHead }: GroupPart, own: readonly string[]): readonly string[] {
  if (isHead) return [...span.program, ...own, ...span.command, ...span.headCommand];
  if (span.memberProgram !== null) return [...span.memberProgram, ...span.memberCommand];
  return [...span.program, ...own, ...span.command, ...span.memberCommand];
}

/** Returns the variables of a group, without those that name an unknown network interface. */
export function groupEnvironment({ span, group }: GroupPart): Readonly<Record<string, string>> {
  const known = Object.entries(span.environment).filter(
    ([, value]) => group.interface !== null || !value.includes('{interface}'),
  );
  return Object.fromEntries(known);
}

/** Returns what differs in the spec of an engine in a group: a script starts its program. */
export function groupFields(
  part: GroupPart,
  { engine, service }: Pick<SelectedService, 'engine' | 'service'>,
): Partial<ServiceSpec> {
  const { span, group, isHead, port } = part;
  const address = group.addresses[group.rank] ?? '';
  const published = { container: span.port, published: { address, port }, internal: true as const };
  return {
    entrypoint: ['/bin/sh', SCRIPT],
    configFile: { path: SCRIPT, content: groupScript(engine.stopGraceSeconds) },
    stopGraceSeconds: engine.stopGraceSeconds + SCRIPT_SECONDS,
    group: groupSpec(service, span.network),
    ...(!isHead && { ports: span.network === 'host' ? [] : [published], probe: null }),
  };
}

/** Returns the volume that a worker and its engine share. @param service that of the engine */
export function groupSpec(service: string, network: GroupSpec['network']): GroupSpec {
  return { volume: `${service}-group`, path: GROUP_MOUNT, network };
}
