import { isLoopback } from '../host-address.ts';
import { SERVE_PORT } from './peer-address.ts';

/** Where a server listens. */
export interface ListenAddress {
  /** IP address, without brackets */
  readonly host: string;
  /** 0: any free port */
  readonly port: number;
}

const ADDRESS = /^(?:\[([\da-f:.]{2,45})\]|([\w.]*))(?::(\d{1,5}))?$/i;

/**
 * Parses `ADDRESS:PORT`, `ADDRESS`, `:PORT` or `PORT`; the default address is 127.0.0.1. Names other than `localhost` are
 * not accepted: whether they mean this machine only is not in the text. Returns null for any other text.
 */
export function parseListenAddress(text: string): ListenAddress | null {
  const match = ADDRESS.exec(/^\d{1,5}$/.test(text) ? `:${text}` : text);
  if (match === null || text === '') return null;
  const [, v6, name = '', portText] = match;
  const port = Number(portText ?? SERVE_PORT);
  const host = v6 ?? (name === '' || name === 'localhost' ? '127.0.0.1' : name);
  const isAddress = v6 === undefined ? isV4(host) : URL.canParse(`http://[${v6}]`);
  return isAddress && port <= 65_535 ? { host, port } : null;
}

function isV4(host: string): boolean {
  return /^(?:\d{1,3}\.){3}\d{1,3}$/.test(host) && host.split('.').every((part) => Number(part) < 256);
}

/** Returns an address as URLs write it. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Returns whether only this machine can connect to the address. */
export function isLocalOnly({ host }: ListenAddress): boolean {
  return isLoopback(host);
}
