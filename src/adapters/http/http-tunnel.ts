import { request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { EXIT, RmaError } from '../../core/errors.ts';
import { type ProxyServer, proxyAddress } from '../../core/network/proxy.ts';
import { networkFault } from './fault.ts';

/** Where a connection through a proxy leads. */
export interface TunnelTarget {
  readonly hostname: string;
  readonly port: number;
}

export interface Tunnel {
  readonly proxy: ProxyServer;
  readonly timeoutMs: number;
}

/**
 * Requests a tunnel with CONNECT (RFC 9110 9.3.6) on a connection to the proxy, and returns the connection.
 * @throws RmaError RMA_PROXY_LOGIN (4), RMA_HUB_UNREACHABLE (1)
 */
export async function connectTunnel(
  socket: Socket,
  { hostname, port }: TunnelTarget,
  { proxy, timeoutMs }: Tunnel,
): Promise<Socket> {
  const authority = `${hostname}:${port}`;
  const headers = { host: authority, ...proxyAuthorization(proxy) };
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      clearTimeout(timer);
      socket.destroy();
      reject(networkFault(error, { url: proxyAddress(proxy), proxy }));
    };
    const request = httpRequest({
      createConnection: () => socket,
      method: 'CONNECT',
      path: authority,
      headers,
    });
    // of the whole response: headers that drip keep a connection active
    const late = () => request.destroy(new Error('no response before the timeout'));
    const timer = setTimeout(late, timeoutMs);
    request.once('error', fail);
    request.once('connect', ({ statusCode = 0 }, tunnel: Socket, head: Buffer) => {
      clearTimeout(timer);
      if (statusCode < 200 || statusCode > 299) return fail(proxyRefusal(proxy, statusCode, authority));
      if (head.length > 0) tunnel.unshift(head);
      resolve(tunnel);
    });
    request.end();
  });
}

/** Returns the header with the login for the proxy; nothing without a login. */
export function proxyAuthorization({ login }: ProxyServer): Readonly<Record<string, string>> {
  if (login === null) return {};
  const credentials = Buffer.from(`${login.user}:${login.password}`).toString('base64');
  return { 'proxy-authorization': `Basic ${credentials}` };
}

/** Returns the error for a proxy that refused a request. */
export function proxyRefusal(proxy: ProxyServer, status: number, target: string): RmaError {
  const name = `the proxy ${proxyAddress(proxy)} (${proxy.variable})`;
  // 401: tinyproxy, for a login that it does not know; in answer to CONNECT it cannot come from the hub
  if (status === 407 || status === 401) return loginFault(proxy);
  return new RmaError('RMA_HUB_UNREACHABLE', `${name} refused the connection to ${target} (HTTP ${status})`, {
    hint: `allow ${target} in the proxy, or add the host to NO_PROXY if it is reachable directly`,
    details: { status },
  });
}

/** Returns the error for a proxy that requires a login, or rejected it. */
export function loginFault(proxy: ProxyServer): RmaError {
  const what = proxy.login === null ? 'requires a login' : 'rejected the login';
  return new RmaError('RMA_PROXY_LOGIN', `the proxy ${proxyAddress(proxy)} ${what}`, {
    exitCode: EXIT.denied,
    hint: `write USER:PASSWORD@ before the host in ${proxy.variable}; percent-encode special characters in the password`,
  });
}
