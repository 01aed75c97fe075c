import { isThisMachine } from '../../core/host-address.ts';
import { environmentProxy, type ProxyServer } from '../../core/network/proxy.ts';
import { bypassesProxy } from './no-proxy.ts';

/** The usual proxy variables; lower case takes precedence. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * Returns the proxy for a URL, or null for a direct connection: this machine is always reached directly, and so are the
 * hosts in NO_PROXY.
 * @throws RmaError RMA_PROXY_INVALID (2)
 */
export function proxyFor(url: string, env: ProxyEnvironment): ProxyServer | null {
  const { protocol, hostname, port } = new URL(url);
  if (isThisMachine(hostname)) return null;
  const exceptions = env['no_proxy'] || env['NO_PROXY'] || '';
  const destination = { hostname, port: port === '' ? (DEFAULT_PORTS[protocol] ?? '') : port };
  return bypassesProxy(exceptions, destination) ? null : environmentProxy(protocol, env);
}
