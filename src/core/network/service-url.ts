import { isLoopback } from '../host-address.ts';
import { bracketed } from './listen-address.ts';

/** A published port of a service. */
export interface PublishedPort {
  readonly role: string;
  /** IP address without brackets */
  readonly address: string;
  readonly port: number;
}

/** Returns the URL of a service on its host. The coordinator uses TLS beyond loopback; engines use plain HTTP. */
export function serviceUrl({ role, address, port }: PublishedPort): string {
  const scheme = role === 'coordinator' && !isLoopback(address) ? 'https' : 'http';
  return `${scheme}://${bracketed(address)}:${port}`;
}
