import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServerTls } from '../../../src/adapters/http-server/limited-server.ts';
import { createAccess } from '../../../src/coordinator/access.ts';
import { createCoordinatorServer } from '../../../src/coordinator/server.ts';
import { createWorkerRegistry } from '../../../src/coordinator/worker-registry.ts';
import type { Clock } from '../../../src/ports/clock.ts';

export const COORDINATOR_KEY = 'key-of-the-coordinator';

export interface RunningCoordinator extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** its log lines */
  readonly lines: readonly string[];
}

/** Starts a coordinator on loopback whose leases use the given clock. */
export async function startCoordinator(
  clock: Pick<Clock, 'monotonic'>,
  options: { readonly readers?: 'open' | 'token'; readonly port?: number; readonly tls?: ServerTls } = {},
): Promise<RunningCoordinator> {
  const lines: string[] = [];
  const book = createWorkerRegistry(clock, (line) => lines.push(line));
  const server = createCoordinatorServer(
    book,
    createAccess(COORDINATOR_KEY, options.readers ?? 'open'),
    options.tls ?? null,
  );
  const port = await listen(server, options.port ?? 0);
  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    lines,
    [Symbol.asyncDispose]: () => close(server),
  };
}

export async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
