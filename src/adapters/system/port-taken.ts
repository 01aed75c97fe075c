import { createServer } from 'node:net';

/** Whether something on this machine already listens on the address, found by trying to. */
export async function portTaken(address: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(true);
      // an address of another network namespace or a low port: only the engine can tell
      else if (error.code === 'EADDRNOTAVAIL' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(false)));
  });
}
