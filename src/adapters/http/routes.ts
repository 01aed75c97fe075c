import type { OnReadOpts, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Agent, Dispatcher } from 'undici';
import type { ProxyServer } from '../../core/network/proxy.ts';
import {
  type AddressKind,
  addressKind,
  CONFIGURED,
  hostKind,
  moreDistant,
  type Reach,
} from './address-kind.ts';
import type { Dial } from './bulk-connection.ts';
import { type ConnectorOptions, directConnector, promised, proxyConnector } from './connector.ts';
import { proxyAuthorization } from './http-tunnel.ts';
import { type ProxyEnvironment, proxyFor } from './proxy.ts';
import type { Connector, Undici } from './undici.ts';
import { checkHost } from './unsafe-address.ts';

export interface RouteOptions extends ConnectorOptions {
  readonly undici: Undici;
  readonly proxies: ProxyEnvironment;
}

/** How a request reaches its host. */
export interface Route {
  readonly dispatcher: Dispatcher;
  /** of the host, or of a proxy that gets the whole URL */
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** that gets the whole URL; null: the response comes from the host */
  readonly proxy: ProxyServer | null;
  /** a connection of its own to the host; null: only through a proxy. `key` names the host and the reach of the request */
  readonly direct: { readonly key: string; readonly dial: Dial } | null;
}

/** Finds the way to each URL: directly or through a proxy, and only to addresses within the reach of the request. */
export class Routes {
  readonly #options: RouteOptions;
  readonly #agents = new Map<string, Agent>();
  /** host → kind of the address that it was reached at; the most distant one counts */
  readonly #kinds = new Map<string, AddressKind>();

  /** TLS sessions of large bodies; those of others are kept by undici */
  readonly #sessions = new Map<string, Buffer>();

  constructor(options: RouteOptions) {
    this.#options = options;
  }

  /** @throws RmaError RMA_PROXY_INVALID (2), RMA_HUB_UNSAFE_ADDRESS and RMA_HUB_UNSAFE_REDIRECT (6) */
  to(url: string, reach: Reach): Route {
    const { origin, host, hostname, pathname, search, protocol } = new URL(url);
    checkHost(hostname, reach);
    const proxy = proxyFor(url, this.#options.proxies);
    const path = pathname + search;
    if (proxy === null) {
      const direct = {
        key: `${reachKey(reach)} ${origin}`,
        dial: (on: OnReadOpts) => this.#dial(url, reach, on),
      };
      return { dispatcher: this.#direct(reach), origin, path, headers: {}, proxy, direct };
    }
    if (protocol === 'https:' || proxy.protocol === 'socks5') {
      return { dispatcher: this.#through(proxy), origin, path, headers: {}, proxy: null, direct: null };
    }
    // RFC 9112 3.2.2: a proxy gets the whole URL of a plain request
    return {
      dispatcher: this.#direct(CONFIGURED),
      origin: `${proxy.protocol}://${proxy.hostname}:${proxy.port}`,
      path: origin + path,
      headers: { host, ...proxyAuthorization(proxy) },
      proxy,
      direct: null,
    };
  }

  /** Returns the kind of address that a URL was reached at. A host behind a proxy counts as public. */
  kindOf(url: string): AddressKind {
    const { hostname } = new URL(url);
    return hostKind(hostname) ?? this.#kinds.get(bare(hostname)) ?? 'public';
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }

  #direct(reach: Reach): Agent {
    // connections are reused only by requests with the same reach
    return this.#agent(reachKey(reach), (undici) => this.#connector(undici, reach));
  }

  async #dial(url: string, reach: Reach, onread: OnReadOpts): Promise<Socket> {
    const { hostname, host, protocol, port, origin } = new URL(url);
    const key = `${reachKey(reach)} ${origin}`;
    const session = this.#sessions.get(key);
    const bulk = session === undefined ? { onread } : { onread, session };
    const connect = promised(this.#connector(this.#options.undici, reach, bulk));
    const socket = await connect({ hostname: bare(hostname), host, protocol, port });
    // a resumed session presents no certificate, whose fingerprint could be compared
    if (socket instanceof TLSSocket && this.#options.fingerprint === undefined)
      onSession(socket, (latest) => this.#sessions.set(key, latest));
    return socket;
  }

  #connector(
    undici: Undici,
    reach: Reach,
    bulk: { readonly onread?: OnReadOpts; readonly session?: Buffer } = {},
  ): Connector {
    const onConnect = (host: string, address: string) => this.#record(host, addressKind(address));
    return directConnector(undici, this.#options, { reach, onConnect, ...bulk });
  }

  #through(proxy: ProxyServer): Agent {
    const { variable, protocol, hostname, port } = proxy;
    return this.#agent(`${variable} ${protocol}://${hostname}:${port}`, (undici) =>
      proxyConnector(undici, this.#options, proxy),
    );
  }

  #agent(key: string, connector: (undici: Undici) => Connector): Agent {
    const known = this.#agents.get(key);
    if (known !== undefined) return known;
    const { undici } = this.#options;
    const made = new undici.Agent({ connect: connector(undici) });
    this.#agents.set(key, made);
    return made;
  }

  #record(host: string, kind: AddressKind): void {
    this.#kinds.set(bare(host), moreDistant(kind, this.#kinds.get(bare(host)) ?? kind));
  }
}

/** Calls back with each session that a connection can be resumed with: TLS 1.2 has it at once, TLS 1.3 receives it later. */
function onSession(socket: TLSSocket, keep: (session: Buffer) => void): void {
  const session = socket.getProtocol() === 'TLSv1.3' ? undefined : socket.getSession();
  if (session !== undefined) keep(session);
  socket.on('session', keep);
}

function reachKey(reach: Reach): string {
  return [...reach].sort().join();
}

function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
