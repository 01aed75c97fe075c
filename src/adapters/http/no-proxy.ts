import { BlockList, isIP } from 'node:net';

/** The host of a URL that may need no proxy. */
export interface Destination {
  /** as `URL` returns it: in lower case, IPv6 in brackets */
  readonly hostname: string;
  readonly port: string;
}

/**
 * Returns whether a list as in NO_PROXY contains a host, as for curl and Go: names with their subdomains, with or without
 * a dot before them, addresses, networks as in `10.0.0.0/8`, each with an optional `:port`, or `*`. Commas or spaces
 * separate entries. A network contains addresses only: names are not resolved.
 */
export function bypassesProxy(list: string, { hostname, port }: Destination): boolean {
  const host = bare(hostname);
  return list.split(/[\s,]+/).some((text) => {
    if (text === '*') return true;
    const entry = splitPort(text);
    return (entry.port === null || entry.port === port) && matches(bare(entry.host), host);
  });
}

function matches(entry: string, host: string): boolean {
  if (entry === '') return false;
  if (entry.includes('/')) return inNetwork(entry, host);
  if (isIP(entry) > 0) return inNetwork(`${entry}/${isIP(entry) === 4 ? 32 : 128}`, host);
  const name = entry.replace(/^\*?\./, '');
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

function inNetwork(network: string, host: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  const family = familyOf(base);
  const own = familyOf(host);
  if (family === null || own === null || !/^\d{1,3}$/.test(bits) || Number(bits) > MAX_BITS[family])
    return false;
  const list = new BlockList();
  list.addSubnet(base, Number(bits), family);
  return list.check(host, own);
}

const MAX_BITS = { ipv4: 32, ipv6: 128 } as const;

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const version = isIP(address);
  if (version === 0) return null;
  return version === 4 ? 'ipv4' : 'ipv6';
}

/** Splits `host:port` and `[address]:port`; an address with colons and without brackets has no port. */
function splitPort(text: string): { readonly host: string; readonly port: string | null } {
  const [, host = text, port = null] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(text) ?? [];
  return { host, port };
}

/** Without the brackets of IPv6 and the dot at the end of a full name. */
function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[([^\]]*)\]/, '$1')
    .replace(/\.$/, '');
}
