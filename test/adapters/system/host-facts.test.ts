import { chmodSync, readFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SystemHostFacts } from '../../../src/adapters/system/host-facts.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { writeTree } from '../../helpers/files/write-tree.ts';

afterEach(() => vi.unstubAllEnvs());

describe('SystemHostFacts', () => {
  it('reads total and available RAM from the kernel', async () => {
    const { totalBytes, availableBytes } = await new SystemHostFacts().memory();
    const meminfo = readFileSync('/proc/meminfo', 'utf8');
    expect(totalBytes).toBe(Number(/^MemTotal:\s+(\d+) kB$/m.exec(meminfo)?.[1]) * 1024);
    expect(availableBytes).toBeGreaterThan(0);
    expect(availableBytes).toBeLessThan(totalBytes);
  });

  it('reads kernel, architecture and cores of this machine', async () => {
    expect(await new SystemHostFacts().system()).toMatchObject({
      kernel: release(),
      architecture: process.arch,
      cores: cpus().length,
    });
  });

  it.each([
    ['PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian"\n', 'Debian GNU/Linux 12 (bookworm)'],
    ["NAME=x\nPRETTY_NAME='Alpine Linux v3.21'\n", 'Alpine Linux v3.21'],
    ['PRETTY_NAME=Arch\n', 'Arch'],
    ['PRETTY_NAME="say \\"hi\\" for \\$5"\n', 'say "hi" for $5'],
    ['PRETTY_NAME=""\n', null],
    ['NAME=x\n', null],
  ])('reads the distribution name: %j', async (text, os) => {
    const dir = tempFolder();
    writeTree(dir, { 'os-release': text });
    const facts = new SystemHostFacts({ osRelease: [join(dir, 'absent'), join(dir, 'os-release')] });
    expect((await facts.system()).os).toBe(os);
  });

  it('has no distribution name without an os-release file', async () => {
    expect((await new SystemHostFacts({ osRelease: ['/nonexistent'] }).system()).os).toBeNull();
  });

  it('lists the mounted file systems, including the root', async () => {
    const disks = await new SystemHostFacts().disks();
    const root = disks?.find(({ mount }) => mount === '/');
    expect(root?.sizeBytes).toBeGreaterThan(0);
    expect(root?.freeBytes).toBeLessThan(root?.sizeBytes ?? 0);
  });

  it('omits disks if a file system does not respond', async () => {
    const dir = tempFolder();
    // reads an input that stays open as long as this process
    writeTree(dir, { df: '#!/bin/sh\nexec cat\n' });
    chmodSync(join(dir, 'df'), 0o755);
    vi.stubEnv('PATH', [dir, process.env['PATH']].join(delimiter));
    expect(await new SystemHostFacts({ disksDeadlineMs: 50 }).disks()).toBeNull();
  });

  it('finds NVIDIA, AMD and Intel GPUs on the PCI bus', async () => {
    const dir = tempFolder();
    writeTree(dir, {
      '0000:c1:00.0/vendor': '0x1002\n',
      '0000:c1:00.0/class': '0x120000\n',
      '0000:01:00.0/vendor': '0x10de\n',
      '0000:01:00.0/class': '0x030200\n',
      '0000:00:02.0/vendor': '0x8086\n',
      '0000:00:02.0/class': '0x030000\n',
      // an NPU, a network card, the display of a BMC, and a device that was just removed
      '0000:00:0b.0/vendor': '0x8086\n',
      '0000:00:0b.0/class': '0x120000\n',
      '0000:00:1f.0/vendor': '0x8086\n',
      '0000:00:1f.0/class': '0x020000\n',
      '0000:02:00.0/vendor': '0x1a03\n',
      '0000:02:00.0/class': '0x030000\n',
      '0000:03:00.0/vendor': '0x1002\n',
    });
    expect(await new SystemHostFacts({ pciDevices: dir }).pciGpus()).toEqual([
      { vendor: 'intel', address: '0000:00:02.0' },
      { vendor: 'nvidia', address: '0000:01:00.0' },
      { vendor: 'amd', address: '0000:c1:00.0' },
    ]);
  });

  it('finds no GPU on a machine without a PCI bus', async () => {
    expect(await new SystemHostFacts({ pciDevices: '/nonexistent' }).pciGpus()).toEqual([]);
  });
});
