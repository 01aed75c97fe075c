import { isThisMachine } from '../host-address.ts';

/** Port of `rma models serve`. */
export const SERVE_PORT = 7701;

/** Address of another machine that serves its store. */
export interface PeerAddress {
  /** without a trailing slash: `https://box1:7701` */
  readonly url: string;
  /** sha256 of its certificate (DER), 64 hexadecimal digits in lower case; null: its certificate must be signed by a trusted CA */
  readonly fingerprint: string | null;
}

const PEER = /^(?:(https?):\/\/)?(\[[\da-f:.]{2,45}\]|[\w.-]{1,253})(?::(\d{1,5}))?\/?(?:#(.+))?$/i;

/**
 * Parses `HOST[:PORT][#SHA256:FINGERPRINT]`, with or without `http://` or `https://`. Without a scheme this machine is
 * requested over http, any other over https; plain http to another machine is not accepted. Returns null for any other text.
 */
export function parsePeer(text: string): PeerAddress | null {
  const [, scheme, host = '', portText, suffix] = PEER.exec(text) ?? [];
  const port = Number(portText ?? SERVE_PORT);
  if (host === '' || port < 1 || port > 65_535) return null;
  const fingerprint = suffix === undefined ? null : parseFingerprint(suffix);
  if (suffix !== undefined && fingerprint === null) return null;
  const local = isThisMachine(host.toLowerCase());
  const protocol = scheme?.toLowerCase() ?? (local && fingerprint === null ? 'http' : 'https');
  if (protocol === 'http' && (!local || fingerprint !== null)) return null;
  const url = `${protocol}://${host.toLowerCase()}:${port}`;
  return URL.canParse(url) ? { url, fingerprint } : null;
}

/** Returns the one text of an address: `parsePeer` returns the same value for it. */
export function formatPeer({ url, fingerprint }: PeerAddress): string {
  return fingerprint === null ? url : `${url}#${formatFingerprint(fingerprint)}`;
}

/** Returns host and port of an address, as messages show it. */
export function peerName({ url }: Pick<PeerAddress, 'url'>): string {
  return url.replace(/^https?:\/\//, '');
}

/** Returns a fingerprint as `SHA256:HEX`. */
export function formatFingerprint(hex: string): string {
  return `SHA256:${hex}`;
}

/** Parses `SHA256:HEX`; colons between the bytes, as openssl prints them, are accepted. Returns null for any other text. */
export function parseFingerprint(text: string): string | null {
  const hex = (/^sha-?256[:=](.+)$/i.exec(text)?.[1] ?? '').replaceAll(':', '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? hex : null;
}
