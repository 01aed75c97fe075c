import { BlockList, isIP } from 'node:net';
import { isLoopback } from '../../core/host-address.ts';

/** Where an IP address is. `metadata`: clouds serve credentials there. `reserved`: no single host. */
export type AddressKind = 'loopback' | 'private' | 'link-local' | 'metadata' | 'reserved' | 'public';

/** Kinds of addresses that a request may connect to. */
export type Reach = ReadonlySet<AddressKind>;

/** Of a request to an address that the user configured. */
export const CONFIGURED: Reach = new Set(['loopback', 'private', 'link-local', 'reserved', 'public']);

/** Kinds of addresses that a host of this kind may redirect to: its own network, and outside. */
const REDIRECTS: Readonly<Record<AddressKind, readonly AddressKind[]>> = {
  loopback: ['loopback', 'private', 'public'],
  private: ['private', 'public'],
  'link-local': ['private', 'public'],
  metadata: [],
  reserved: ['public'],
  public: ['public'],
};

/** Returns where a redirect may lead that came from an address of this kind. Each further redirect only narrows it. */
export function narrowed(reach: Reach, from: AddressKind): Reach {
  return new Set(REDIRECTS[from].filter((kind) => reach.has(kind)));
}

/** The kinds from the own machine outwards. */
const OUTWARDS: readonly AddressKind[] = [
  'loopback',
  'link-local',
  'private',
  'reserved',
  'metadata',
  'public',
];

/** Returns the kind that is further from the own machine. */
export function moreDistant(one: AddressKind, other: AddressKind): AddressKind {
  return OUTWARDS.indexOf(one) > OUTWARDS.indexOf(other) ? one : other;
}

/** AWS, Azure, Google, Alibaba and Oracle. */
const METADATA = [
  '169.254.169.254',
  '169.254.170.2',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd20:ce::254',
];
const METADATA_NAMES = ['metadata.google.internal', 'metadata.goog'];

/** IANA special-purpose registries. Missing here: 198.18.0.0/15, which local proxies use for every public name. */
const NETWORKS: readonly (readonly [AddressKind, readonly string[]])[] = [
  ['metadata', METADATA.map((address) => `${address}/${address.includes(':') ? 128 : 32}`)],
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fec0::/10']],
  ['reserved', ['0.0.0.0/8', '224.0.0.0/4', '240.0.0.0/4', '::/128', 'ff00::/8']],
];

const LISTS = NETWORKS.map(([kind, networks]) => [kind, blockList(networks)] as const);

/** Networks whose addresses contain an IPv4 address: IPv4-compatible, NAT64 (two), 6to4. */
const EMBEDDED = [
  { network: blockList(['::/96']), word: 6 },
  { network: blockList(['64:ff9b::/96']), word: 6 },
  { network: blockList(['64:ff9b:1::/48']), word: 6 },
  { network: blockList(['2002::/16']), word: 1 },
];

/** Returns the kind of an IP address. An IPv4 address in an IPv6 one counts as itself. */
export function addressKind(address: string): AddressKind {
  const plain = address.replace(/%.*$/, '');
  const family = isIP(plain) === 4 ? 'ipv4' : 'ipv6';
  // checks ::ffff:0:0/96 as IPv4
  const found = LISTS.find(([, list]) => list.check(plain, family));
  if (found !== undefined) return found[0];
  const outer = family === 'ipv6' ? EMBEDDED.find(({ network }) => network.check(plain, family)) : undefined;
  return outer === undefined ? 'public' : addressKind(embedded(plain, outer.word));
}

/** Kinds of hosts: a thousand files come from two or three. */
const KINDS = new Map<string, AddressKind | null>();

/** Returns the kind of a host that is an address, or a name with a fixed one; null for other names. `hostname` as `URL` returns it. */
export function hostKind(hostname: string): AddressKind | null {
  const known = KINDS.get(hostname);
  if (known !== undefined) return known;
  const kind = kindOf(hostname);
  KINDS.set(hostname, kind);
  return kind;
}

function kindOf(hostname: string): AddressKind | null {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  if (isIP(host) > 0) return addressKind(host);
  if (isLoopback(host)) return 'loopback';
  return METADATA_NAMES.includes(host) ? 'metadata' : null;
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [base = '', bits = ''] = network.split('/');
    list.addSubnet(base, Number(bits), base.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** Returns the IPv4 address in two words (16 bits each) of an IPv6 address. */
function embedded(address: string, word: number): string {
  const [high = 0, low = 0] = wordsOf(address).slice(word, word + 2);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function wordsOf(address: string): readonly number[] {
  // `URL` writes the IPv4 form at the end as words too
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const words = (text: string) =>
    text
      .split(':')
      .filter(Boolean)
      .map((part) => Number.parseInt(part, 16));
  const [first, last] = [words(head), words(tail ?? '')];
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
}
