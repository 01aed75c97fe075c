import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { systemPorts } from '../../../src/adapters/system/port-probe.ts';

describe('systemPorts', () => {
  it('detects a port in use, and that it is free afterwards', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await systemPorts.isTaken('127.0.0.1', port)).toBe(true);
    server.close();
    await once(server, 'close');
    expect(await systemPorts.isTaken('127.0.0.1', port)).toBe(false);
  });

  it('does not check an address of another machine', async () => {
    expect(await systemPorts.isTaken('192.0.2.1', 8080)).toBe(false);
  });

  it.each([
    ['127.0.0.1', true],
    ['0.0.0.0', true],
    ['192.0.2.1', false],
    ['2001:db8::1', false],
  ])('finds out whether the machine has the address %s: %j', async (address, has) => {
    expect(await systemPorts.hasAddress(address)).toBe(has);
  });
});
