import { isLoopback } from '../host-address.ts';

/** Where a request came in. */
export interface RequestTarget {
  /** every `Host` header of the request */
  readonly hosts: readonly string[];
  /** address of this end of the connection */
  readonly localAddress: string | undefined;
}

/**
 * Returns whether a request names this server in its one `Host` header. A web page can point a name of its own at a
 * loopback address (DNS rebinding) and read what is open there, but the browser sends that name as `Host`. Accepted:
 * loopback names and addresses, the address of the connection itself, and `extra`; any port.
 */
export function isOwnHost({ hosts, localAddress }: RequestTarget, extra: readonly string[] = []): boolean {
  const [host = ''] = hosts;
  const name = hosts.length === 1 ? nameOf(host) : null;
  if (name === null) return false;
  if (name === 'localhost' || isLoopbackAddress(name)) return true;
  return name === plain(localAddress ?? '') || extra.includes(name);
}

/** Returns the lower-case name of a `Host` header without brackets and port; null if it is malformed. */
function nameOf(host: string): string | null {
  const match = /^(?:\[([\da-f:.]{2,45})\]|([\w.-]{1,253}))(?::\d{1,5})?$/i.exec(host);
  const name = (match?.[1] ?? match?.[2])?.toLowerCase();
  return name === undefined ? null : plain(name);
}

/** Returns an IPv4 address that is written as IPv6 in its own form, and a name without its final dot. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/^::ffff:(?=\d+\.)/, '')
    .replace(/\.$/, '');
}

function isLoopbackAddress(name: string): boolean {
  return /^[\d.]+$|:/.test(name) && isLoopback(name);
}
