/** The name under which a container reaches the host; needs the `extra_hosts` line `host.docker.internal:host-gateway`. */
export const HOST_FROM_CONTAINER = 'host.docker.internal';

const ADDRESS = /^([a-z][a-z0-9+.-]*:\/\/)?(?:([^@/]*)@)?(\[[^\]]*\]|[^:/?#]+)(.*)$/i;
const LOOPBACK_NAME = /^(?:.+\.)?localhost\.?$/i;
const LOOPBACK_V4 = /^127(?:\.\d{1,3}){3}$/;
/** IPv6 loopback, and IPv4 loopback mapped into IPv6, as `URL` writes them. */
const LOOPBACK_V6 = /^\[(?:::1|::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4})\]$/;

export interface ContainerAddress {
  readonly url: string;
  /** true if it is the host, which the container reaches by name */
  readonly onHost: boolean;
}

/**
 * The address as a container must write it: loopback is the container itself there, so it becomes the host's name.
 * Takes proxies without a scheme (`proxy:3128`) too. A trailing slash goes.
 */
export function fromContainer(address: string): ContainerAddress {
  const { url, onHost } = withHostAlias(address, HOST_FROM_CONTAINER);
  return { url: url.replace(/\/$/, ''), onHost };
}

/** Returns the address with this name instead of a loopback host. */
export function withHostAlias(address: string, alias: string): ContainerAddress {
  const [, scheme = '', user, host = '', rest = ''] = ADDRESS.exec(address) ?? [];
  const onHost = isLoopback(host);
  const prefix = user === undefined ? scheme : `${scheme}${user}@`;
  return { url: onHost ? `${prefix}${alias}${rest}` : address, onHost };
}

/**
 * Returns true for the names and addresses of the own network stack: `localhost` and names below it (RFC 6761),
 * 127.0.0.0/8, ::1 and their forms in IPv6. Accepts a host of a URL or a bare address.
 */
export function isLoopback(host: string): boolean {
  if (LOOPBACK_NAME.test(host) || LOOPBACK_V4.test(host)) return true;
  return host.includes(':') && LOOPBACK_V6.test(canonicalV6(host));
}

/** Returns true for the addresses on which a server listens on all addresses of its machine; nothing is reached by them. */
export function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** Returns true for loopback, and for the name under which a container reaches the loopback of its host. */
export function isThisMachine(host: string): boolean {
  return isLoopback(host) || host === HOST_FROM_CONTAINER;
}

/** The address in brackets as `URL` shortens it; the text itself if it is not an IPv6 address. */
function canonicalV6(host: string): string {
  const url = `http://${host.startsWith('[') ? host : `[${host}]`}`;
  return URL.canParse(url) ? new URL(url).hostname : host;
}

/** True when the address carries a user name or password. */
export function hasCredentials(address: string): boolean {
  return ADDRESS.exec(address)?.[2] !== undefined;
}
