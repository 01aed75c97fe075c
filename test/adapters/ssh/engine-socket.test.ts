import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { EngineSocket } from '../../../src/adapters/ssh/engine-socket.ts';

test('a timeout of 0 removes the listener of a request that has ended, as on a socket of Node', () => {
  const runner = { run: () => new Promise<never>(() => undefined) };
  const sockets = [new Socket(), new EngineSocket({ runner, failed: () => new Error('never') })];
  for (const socket of sockets) {
    for (let request = 0; request < 20; request += 1) {
      const onTimeout = (): void => undefined;
      socket.setTimeout(60_000, onTimeout);
      socket.setTimeout(0, onTimeout);
    }
    expect(socket.listenerCount('timeout')).toBe(0);
    socket.destroy();
  }
});
