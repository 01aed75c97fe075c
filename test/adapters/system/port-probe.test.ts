import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { systemPorts } from '../../../src/adapters/system/port-probe.ts';

describe('systemPorts', () => {
  it('finds a port that something listens on, and the same port free afterwards', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await systemPorts.isTaken('127.0.0.1', port)).toBe(true);
    server.close();
    await once(server, 'close');
    expect(await systemPorts.isTaken('127.0.0.1', port)).toBe(false);
  });

  it('leaves an address of another machine to the engine', async () => {
    expect(await systemPorts.isTaken('192.0.2.1', 8080)).toBe(false);
  });
});
