import { connect, createServer } from 'node:net';
import type { PortProbe, Reachability } from '../../ports/port-probe.ts';

const REACH_MS = 5000;

/** Finds ports and addresses in use by binding to them. */
export const systemPorts: PortProbe = {
  // an address of another network namespace or a privileged port: only the engine can bind to it
  isTaken: async (address, port) => {
    const code = await bindError(address, port);
    if (code === null || code === 'EADDRNOTAVAIL' || code === 'EACCES') return false;
    if (code === 'EADDRINUSE') return true;
    throw new Error(`cannot bind to ${address}: ${code}`);
  },

  reach: async (address, port) =>
    new Promise((resolve) => {
      const socket = connect({ host: address, port, timeout: REACH_MS });
      const end = (found: Reachability) => () => {
        socket.destroy();
        resolve(found);
      };
      socket.once('connect', end('open'));
      socket.once('timeout', end('unreachable'));
      socket.once('error', ({ code }: NodeJS.ErrnoException) =>
        end(code === 'ECONNREFUSED' ? 'refused' : 'unreachable')(),
      );
    }),

  hasAddress: async (address) => (await bindError(address, 0)) !== 'EADDRNOTAVAIL',
};

/** Returns the errno of binding to an address and a port (0: any free one); null if it succeeds. */
async function bindError(address: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'unknown'));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}
