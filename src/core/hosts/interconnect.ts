import type { RmaConfig } from '../domain/config.ts';
import type { Catalog } from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';
import { isLoopback } from '../host-address.ts';
import { listed } from '../placement/device-name.ts';
import type { AssignedGroup } from './assign-types.ts';
import { publishedAddress } from './published-address.ts';

/** The network interface of a host that has an address. */
export interface Link {
  readonly interface: string;
  /** Mb/s; null: unknown */
  readonly speed: number | null;
}

const IP = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]*:[\da-f:.]+)$/i;

/**
 * Returns the address of a host for the hosts that run a model together with it: its `interconnect`, else the one of its ports.
 * @throws RmaError RMA_SPAN_ADDRESS (2) if others do not reach its ports, or the address is unknown
 */
export function interconnectAddress(config: Pick<RmaConfig, 'hosts' | 'bind'>, host: string): string {
  const { address = null, bind = config.bind, interconnect } = config.hosts[host] ?? {};
  if (isLoopback(bind)) {
    throw addressFault(
      host,
      `it publishes its ports on ${bind}, where other hosts cannot reach them`,
      'bind',
    );
  }
  const found = interconnect ?? publishedAddress({ host, address, bind }) ?? '';
  if (isLoopback(found)) throw addressFault(host, `its interconnect is ${found}`, 'interconnect');
  if (IP.test(found)) return found;
  throw addressFault(host, `its IP address is unknown: its ports are published on ${bind}`, 'interconnect');
}

function addressFault(host: string, why: string, key: 'bind' | 'interconnect'): RmaError {
  return new RmaError('RMA_SPAN_ADDRESS', `host ${host} cannot run a model together with others: ${why}`, {
    exitCode: EXIT.usage,
    hint: `set an address of ${host} that the other hosts reach, in rma.yaml: hosts: { ${host}: { ${key}: ADDRESS } }`,
    details: { host },
  });
}

/**
 * Checks that the image of an engine has what it needs to run over hosts, as far as rma knows.
 * @throws RmaError RMA_SPAN_IMAGE (2)
 */
export function requireSpanImage(
  { images }: Pick<RmaConfig, 'images'>,
  catalog: Catalog,
  { profile, variant }: { readonly profile: string; readonly variant: string },
): void {
  const [service] =
    catalog.profiles.get(profile)?.variants.find(({ name }) => name === variant)?.services ?? [];
  const engine = catalog.engines.get(service?.engine ?? '');
  if (engine?.span?.ownImage !== true || images.engines[engine.name] !== undefined) return;
  const { name, span } = engine;
  const programs = [span.program, span.memberProgram ?? []].flatMap(([first]) => first ?? []);
  throw new RmaError(
    'RMA_SPAN_IMAGE',
    `profile ${profile} fits on no single host, and the image of ${name} cannot run a model over several`,
    {
      exitCode: EXIT.usage,
      hint: `set an image with ${listed(programs)} in rma.yaml: images: { engines: { ${name}: IMAGE } }; docs/engines.md describes how to build it`,
      details: { profile, engine: name },
    },
  );
}

/** Returns the name of the network interface with an address. @param text output of `ip -o addr`; null: none has it */
export function interfaceWith(text: string, address: string): string | null {
  for (const line of text.split('\n')) {
    const [, name, found] = /^\d+:\s+(\S+)\s+inet6?\s+([^\s/]+)/.exec(line) ?? [];
    if (name !== undefined && found === address) return name;
  }
  return null;
}

/** Returns the speed of an interface, Mb/s. @param text content of `/sys/class/net/NAME/speed`; null: unknown, as of a virtual one */
export function linkSpeed(text: string): number | null {
  const speed = Number(text.trim() || '0');
  return Number.isInteger(speed) && speed > 0 ? speed : null;
}

/** Returns which hosts run a profile together, for a plan. */
export function groupText(
  profile: string,
  { hosts }: Pick<AssignedGroup, 'hosts'>,
  networks: readonly string[],
): string {
  return `profile ${profile} spans hosts ${listed(hosts)} over ${listed(networks)}`;
}

/** Returns an address with its interface and the speed of it: `10.0.0.11 (eth1, 10 Gb/s)`. */
export function networkText(address: string, link: Link | null): string {
  if (link === null) return address;
  const { speed } = link;
  const rate = speed === null ? [] : [speed >= 1000 ? `${speed / 1000} Gb/s` : `${speed} Mb/s`];
  return `${address} (${[link.interface, ...rate].join(', ')})`;
}
