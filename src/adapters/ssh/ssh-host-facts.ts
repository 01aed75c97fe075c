import type { DiskFacts, MemoryFacts, PciGpu, SystemFacts } from '../../core/domain/host-facts.ts';
import { RmaError } from '../../core/errors.ts';
import { osName } from '../../core/os-name.ts';
import { pciGpu } from '../../core/pci-gpu.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';
import type { HostFacts } from '../../ports/host-facts.ts';

const DISKS_MS = 5_000;

const MEMORY = 'cat /proc/meminfo';
const SYSTEM =
  'uname -r; uname -m; getconf _NPROCESSORS_ONLN 2>/dev/null || nproc; cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release';
/** BusyBox cannot leave out a type. */
const DISKS = 'LC_ALL=C; export LC_ALL; df -kPTx squashfs 2>/dev/null || df -kPT';
const PCI =
  'cd /sys/bus/pci/devices 2>/dev/null && for d in *; do [ -e "$d/class" ] && echo "$d $(cat "$d/vendor") $(cat "$d/class")"; done';

/** Node's names of processors, by those of uname(2). */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: 'x64',
  aarch64: 'arm64',
  armv7l: 'arm',
  ppc64le: 'ppc64',
};

/** File systems in memory, and the images of snaps: not places for files. */
const NOT_DISKS = /^(rootfs|unionfs|squashfs|cramfs|initrd|initramfs|devtmpfs|tmpfs|udev|devfs|efivarfs)$/;

/** Facts of a Linux host that has nothing but a shell and Docker. */
export class SshHostFacts implements HostFacts {
  readonly #runner: Pick<CommandRunner, 'run'>;

  constructor(runner: Pick<CommandRunner, 'run'>) {
    this.#runner = runner;
  }

  async memory(): Promise<MemoryFacts> {
    const text = await this.#shell(MEMORY);
    return { totalBytes: sizeOf(text, 'MemTotal'), availableBytes: sizeOf(text, 'MemAvailable') };
  }

  async system(): Promise<SystemFacts> {
    const [kernel = '', machine = '', cores, ...osRelease] = (await this.#shell(SYSTEM)).split('\n');
    const architecture = ARCHITECTURES[machine] ?? machine;
    return { os: osName(osRelease.join('\n')), kernel, architecture, cores: Number(cores) };
  }

  async disks(): Promise<readonly DiskFacts[] | null> {
    try {
      return (await this.#shell(DISKS, DISKS_MS)).split('\n').flatMap(diskOf);
    } catch (error) {
      // df waits for every mounted server
      if (error instanceof RmaError && error.code === 'RMA_COMMAND_TIMEOUT') return null;
      throw error;
    }
  }

  async pciGpus(): Promise<readonly PciGpu[]> {
    const lines = (await this.#shell(PCI)).split('\n').sort();
    return lines.flatMap((line) => {
      const [address = '', vendor = '', deviceClass = ''] = line.split(' ');
      return pciGpu({ address, vendor, deviceClass }) ?? [];
    });
  }

  async #shell(script: string, timeoutMs?: number): Promise<string> {
    const limit = timeoutMs === undefined ? {} : { timeoutMs };
    return (await this.#runner.run({ argv: ['sh', '-c', script], ...limit })).stdout;
  }
}

function sizeOf(meminfo: string, name: string): number {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(meminfo)?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** A line of `df -kPT`. Names of devices and mounts may have spaces. */
function diskOf(line: string): readonly DiskFacts[] {
  const [, device, type, size, free, mount] =
    /^(.+?)\s+(\S+)\s+(\d+)\s+\d+\s+(\d+)\s+(?:\d+%|-)\s+(\/.*)$/.exec(line) ?? [];
  if (device === undefined || type === undefined || mount === undefined) return [];
  const isDisk = device.includes('/') || mount === '/' || !NOT_DISKS.test(type);
  if (!isDisk) return [];
  return [{ device, type, mount, sizeBytes: Number(size) * 1024, freeBytes: Number(free) * 1024 }];
}
