/** A TCP socket that listens. */
export interface Listener {
  /** hexadecimal bytes in network order: 8 digits for IPv4, 32 for IPv6 */
  readonly address: string;
  readonly port: number;
}

const LISTEN = '0A';
const ANY_V4 = '00000000';
const ANY_V6 = ANY_V4.repeat(4);
const LOOPBACK_V4 = '7f';
const WORD = /[\da-f]{8}/g;
const GROUPS = 8;

/** Returns the listening sockets in the text of /proc/net/tcp and /proc/net/tcp6 of a little-endian machine: proc_pid_net(5). */
export function readListeners(text: string): readonly Listener[] {
  return text.split('\n').flatMap((line) => {
    const [, address, port = '', state] =
      /^\s*\d+: ([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4}) \S+ (\S\S) /.exec(line) ?? [];
    if (address === undefined || state !== LISTEN) return [];
    return [{ address: address.toLowerCase().replace(WORD, reversedBytes), port: Number.parseInt(port, 16) }];
  });
}

/** Returns whether one of the sockets keeps a server from listening on an IP address and port. */
export function isPortTaken(listeners: readonly Listener[], address: string, port: number): boolean {
  const wanted = addressBytes(address);
  return listeners.some((listener) => {
    if (listener.port !== port) return false;
    // a socket on all IPv6 addresses accepts IPv4 too, unless its program opts out
    if (listener.address === ANY_V6 || wanted === ANY_V6) return true;
    if (listener.address.length !== wanted?.length) return false;
    return listener.address === wanted || listener.address === ANY_V4 || wanted === ANY_V4;
  });
}

/**
 * Returns whether a machine has this IP address, from the text of /proc/net/fib_trie, then /proc/net/if_inet6: proc_net(5).
 * A text that is no address is none.
 */
export function machineHasAddress(text: string, address: string): boolean {
  const wanted = addressBytes(address);
  if (wanted === null) return false;
  const onInterfaces = [...text.matchAll(/^([\da-f]{32}) /gm)].map(([, bytes]) => bytes);
  if (wanted === ANY_V6) return onInterfaces.length > 0;
  if (wanted.length === ANY_V6.length) return onInterfaces.includes(wanted);
  if (wanted === ANY_V4 || wanted.startsWith(LOOPBACK_V4)) return true;
  const local = text.matchAll(/\|-- (\d[\d.]+)\n\s+\/32 host LOCAL$/gm);
  return [...local].some(([, found = '']) => addressBytes(found) === wanted);
}

/** Returns the bytes of an IP address in network order, hexadecimal; null for another text. */
function addressBytes(address: string): string | null {
  if (!address.includes(':')) {
    const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1);
    return parts?.map((part) => Number(part).toString(16).padStart(2, '0')).join('') ?? null;
  }
  // `URL` writes every IPv6 address in groups, without an IPv4 part
  const url = `http://[${address.replace(/%.*$/, '')}]`;
  if (!URL.canParse(url)) return null;
  const [head = [], tail] = new URL(url).hostname.slice(1, -1).split('::').map(groups);
  const missing = GROUPS - head.length - (tail?.length ?? 0);
  return [...head, ...Array<string>(missing).fill('0000'), ...(tail ?? [])].join('');
}

function groups(text: string): readonly string[] {
  return text === '' ? [] : text.split(':').map((group) => group.padStart(4, '0'));
}

function reversedBytes(word: string): string {
  return (word.match(/../g) ?? []).reverse().join('');
}
