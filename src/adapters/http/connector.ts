import type { LookupFunction, OnReadOpts, Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { type ProxyServer, proxyAddress } from '../../core/network/proxy.ts';
import type { Reach } from './address-kind.ts';
import { networkFault } from './fault.ts';
import { guardedLookup } from './guarded-lookup.ts';
import { connectTunnel } from './http-tunnel.ts';
import { once } from './once.ts';
import { pinFault } from './pin-fault.ts';
import { connectSocks } from './socks5.ts';
import type { Connector, ConnectorTarget, Undici } from './undici.ts';

/** How connections are made. */
export interface ConnectorOptions {
  readonly timeoutMs: number;
  /** what TLS connections trust; null: the certificates that Node.js trusts. It takes a tenth of a second at first */
  readonly secureContext: () => SecureContext | null;
  /** default: the resolver of this machine */
  readonly lookup?: LookupFunction | undefined;
  /** sha256 of the only certificate that is accepted, whoever signed it, lower-case hexadecimal */
  readonly fingerprint?: string | undefined;
}

/** Returns a connector for direct connections within the reach. `onConnect` receives host and address of each. */
export function directConnector(
  { buildConnector }: Undici,
  { timeoutMs, secureContext, lookup, fingerprint }: ConnectorOptions,
  {
    reach,
    onConnect,
    ...bulk
  }: {
    readonly reach: Reach;
    readonly onConnect: (host: string, address: string) => void;
    /** where the bytes of all sockets go; default: each is a stream */
    readonly onread?: OnReadOpts;
    /** TLS session of an earlier connection, which this one resumes */
    readonly session?: Buffer;
  },
): Connector {
  const options = { timeout: timeoutMs, lookup: guardedLookup({ reach, lookup }), ...bulk };
  const plain = buildConnector(options);
  const secured = once(() =>
    buildConnector({
      ...options,
      ...trust(secureContext()),
      // the fingerprint is checked instead, before anything is sent; a resumed session would present no certificate
      ...(fingerprint === undefined ? {} : { rejectUnauthorized: false, maxCachedSessions: 0 }),
    }),
  );
  return (target, callback) => {
    const connect = target.protocol === 'https:' ? secured() : plain;
    connect(target, (...ended) => {
      // undici passes no socket with an error
      const socket = ended[1] ?? null;
      if (socket?.remoteAddress !== undefined) onConnect(target.hostname, socket.remoteAddress);
      const fault =
        socket === null || fingerprint === undefined ? null : pinFault(socket, target, fingerprint);
      if (fault === null) callback(...ended);
      else {
        socket?.destroy();
        callback(fault, null);
      }
    });
  };
}

/** Returns a connector through a proxy: CONNECT, or SOCKS 5. The proxy resolves host names. */
export function proxyConnector(
  { buildConnector }: Undici,
  { timeoutMs, secureContext }: ConnectorOptions,
  proxy: ProxyServer,
): Connector {
  const connect = buildConnector({ timeout: timeoutMs, ...trust(secureContext()) });
  const toProxy = promised(connect);
  const through = proxy.protocol === 'socks5' ? connectSocks : connectTunnel;
  const open = async ({ hostname, port, protocol }: ConnectorTarget): Promise<Socket> => {
    const socket = await toProxy(proxyTarget(proxy)).catch((error: unknown) => {
      throw networkFault(error, { url: proxyAddress(proxy), proxy });
    });
    const to = { hostname, port: port === '' || port === undefined ? DEFAULT_PORTS[protocol] : Number(port) };
    return through(socket, { hostname, port: to.port ?? 443 }, { proxy, timeoutMs });
  };
  return (target, callback) => {
    open(target).then(
      (socket) => {
        if (target.protocol === 'https:') connect({ ...target, httpSocket: socket }, callback);
        else callback(null, socket);
      },
      (error: Error) => callback(error, null),
    );
  };
}

function trust(secureContext: SecureContext | null): { readonly secureContext?: SecureContext } {
  return secureContext === null ? {} : { secureContext };
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

function proxyTarget({ protocol, hostname, port }: ProxyServer): ConnectorTarget {
  return {
    hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
    host: `${hostname}:${port}`,
    protocol: protocol === 'https' ? 'https:' : 'http:',
    port: String(port),
  };
}

/** Returns the connector as a function that returns the socket. @throws what ended the attempt */
export function promised(connect: Connector): (target: ConnectorTarget) => Promise<Socket> {
  return (target) =>
    new Promise((resolve, reject) => {
      connect(target, (...[error, socket]) => (error === null ? resolve(socket) : reject(error)));
    });
}
