import { RmaError } from '../../core/errors.ts';
import { bracketed } from '../../core/network/listen-address.ts';
import { formatPeer, SERVE_PORT } from '../../core/network/peer-address.ts';
import type { Certificates } from '../../ports/certificates.ts';
import type { Host } from '../../ports/host.ts';
import { serveVolume } from '../models/serve-volume.ts';
import { addressOf, type HostStore } from './host-store.ts';

/** Stores that hosts serve to each other. */
export interface ServedStores {
  /** host → its address with the fingerprint of its certificate, as in network.peers */
  readonly peers: ReadonlyMap<string, string>;
  /** Stops all servers, and waits until their containers are gone. */
  readonly close: () => Promise<void>;
}

export interface ServeOptions {
  readonly certificates: Certificates;
  /** that clients must send */
  readonly token: string;
}

/**
 * Serves the stores of hosts read-only on their published addresses until they are closed, each with a certificate of its own. A
 * host whose server does not start causes a warning: the others download from the hub.
 */
export async function serveToHosts(
  hosts: readonly HostStore[],
  options: ServeOptions,
): Promise<ServedStores> {
  const stop = new AbortController();
  const servers = await Promise.all(
    hosts.map(async (own) => startServer(own, { ...options, stop: stop.signal })),
  );
  return {
    peers: new Map(servers.flatMap(({ host, peer }) => (peer === null ? [] : [[host, peer] as const]))),
    async close() {
      stop.abort();
      await Promise.all(servers.map(async ({ ended }) => ended));
    },
  };
}

interface Server {
  readonly host: string;
  /** null: it did not start */
  readonly peer: string | null;
  readonly ended: Promise<void>;
}

async function startServer(
  own: HostStore,
  { certificates, token, stop }: ServeOptions & { readonly stop: AbortSignal },
): Promise<Server> {
  const { host, config, invocation } = own;
  const address = addressOf(own);
  if (address === null) return { host: host.name, peer: null, ended: Promise.resolve() };
  const pair = certificates.create({ names: [address], nowMs: invocation.clock.now() });
  const fingerprint = certificates.inspect(pair)?.fingerprint ?? null;
  const port = await freePort(host, config.bind);
  const request = {
    config,
    listen: { host: config.bind, port },
    secrets: { token: { value: token }, tls: pair },
    log: () => undefined,
  };
  const signal = AbortSignal.any([invocation.signal, stop]);
  let ended = Promise.resolve();
  const isReady = await new Promise<boolean>((resolve) => {
    ended = serveVolume(host, { ...invocation, signal }, { ...request, onReady: () => resolve(true) })
      .catch((error: unknown) => report(own, error))
      .finally(() => resolve(false));
  });
  const peer = formatPeer({ url: `https://${bracketed(address)}:${port}`, fingerprint });
  return { host: host.name, peer: isReady ? peer : null, ended };
}

async function freePort({ ports }: Pick<Host, 'ports'>, address: string): Promise<number> {
  let port = SERVE_PORT;
  while (await ports.isTaken(address, port)) port += 1;
  return port;
}

function report({ invocation }: HostStore, error: unknown): void {
  if (!(error instanceof RmaError)) throw error;
  const { code, message, hint } = error;
  const text = `the store cannot be served to the other hosts, which download from the hub: ${message}`;
  invocation.reporter.emit({ type: 'warning', code, text, ...(hint !== undefined && { hint }) });
}
