import { createServer } from 'node:net';
import type { PortProbe } from '../../ports/port-probe.ts';

/** Finds ports in use by binding to them. */
export const systemPorts: PortProbe = {
  async isTaken(address, port) {
    return new Promise((resolve, reject) => {
      const server = createServer();
      server.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') resolve(true);
        // an address of another network namespace or a privileged port: only the engine can bind to it
        else if (error.code === 'EADDRNOTAVAIL' || error.code === 'EACCES') resolve(false);
        else reject(error);
      });
      server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(false)));
    });
  },
};
