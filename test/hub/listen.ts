import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One port on several addresses of this machine. */
export interface Listening {
  readonly port: number;
  /** Closes all connections, including open responses. */
  readonly close: () => Promise<void>;
}

/** Listens on all hosts with the same port; 0: a free one. Closes all and throws on an error such as EADDRINUSE. */
export async function listen(
  hosts: readonly string[],
  port: number,
  handle: RequestListener,
): Promise<Listening> {
  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map(closeServer));
  };
  let chosen = port;
  try {
    for (const host of hosts) {
      const server = createServer(handle).listen(chosen, host);
      await once(server, 'listening');
      servers.push(server);
      chosen = (server.address() as AddressInfo).port;
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { port: chosen, close };
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
