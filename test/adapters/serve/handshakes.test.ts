import { once } from 'node:events';
import { get } from 'node:https';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { PEER_TOKEN, serveFolder } from '../../helpers/store/served-store.ts';

const LIMIT = 8;

async function idle(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** Returns the status of a request with the token; 0 if the connection was closed. */
async function requested(port: number): Promise<number> {
  const headers = { authorization: `Bearer ${PEER_TOKEN}` };
  const options = {
    host: '127.0.0.1',
    port,
    path: '/v1/models',
    headers,
    rejectUnauthorized: false,
    agent: false,
  };
  return new Promise((resolve) => {
    const request = get(options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', () => resolve(0));
  });
}

it('connections without a TLS handshake lock out no client: a further one closes the oldest', async () => {
  const limits = { connections: LIMIT, headersMs: 60_000, requestMs: 60_000, idleMs: 60_000 };
  const served = await serveFolder(tempFolder(), { token: PEER_TOKEN, tls: true, limits });
  const first = await idle(served.port);
  const closed = once(first, 'close');
  for (let more = 0; more < 4 * LIMIT; more += 1) await idle(served.port);
  expect(await requested(served.port)).toBe(200);
  await closed;
});
