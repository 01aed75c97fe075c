import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { LocalRunner } from '../../../src/adapters/exec/local-runner.ts';
import { SshHostFacts } from '../../../src/adapters/ssh/ssh-host-facts.ts';
import { SshNames } from '../../../src/adapters/ssh/ssh-names.ts';
import { SshPorts } from '../../../src/adapters/ssh/ssh-ports.ts';
import { SystemHostFacts } from '../../../src/adapters/system/host-facts.ts';
import { systemPorts } from '../../../src/adapters/system/port-probe.ts';

// What rma reads on a host by shell commands is what Node reads on this machine.

const local = new LocalRunner(process.env);

test('facts of a host are those of the local machine', async () => {
  const [remote, own] = [new SshHostFacts(local), new SystemHostFacts()];
  expect(await remote.system()).toEqual(await own.system());
  expect((await remote.memory()).totalBytes).toBe((await own.memory()).totalBytes);
  expect((await remote.memory()).availableBytes).toBeGreaterThan(0);
  const places = (disks: Awaited<ReturnType<typeof own.disks>>) =>
    (disks ?? [])
      .map(({ device, type, mount, sizeBytes }) => `${device} ${type} ${mount} ${sizeBytes}`)
      .sort();
  expect(places(await remote.disks())).toEqual(places(await own.disks()));
  expect(await remote.pciGpus()).toEqual(await own.pciGpus());
});

test('a port is taken while a server listens on it', async () => {
  const ports = new SshPorts(local);
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => void server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  for (const probe of [ports, systemPorts]) {
    expect(await probe.isTaken('127.0.0.1', port)).toBe(true);
    expect(await probe.isTaken('0.0.0.0', port)).toBe(true);
    expect(await probe.isTaken('127.0.0.2', port)).toBe(false);
    expect(await probe.hasAddress('127.0.0.1')).toBe(true);
    expect(await probe.hasAddress('192.0.2.1')).toBe(false);
  }
});

test('names are resolved on the host', async () => {
  const names = new SshNames(local);
  expect(await names.hasAddress('localhost')).toBe(true);
  expect(await names.hasAddress('192.0.2.1')).toBe(true);
  expect(await names.hasAddress('no-such-name.invalid')).toBe(false);
});
