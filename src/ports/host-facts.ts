import type { DiskFacts, MemoryFacts, PciGpu, SystemFacts } from '../core/domain/host-facts.ts';

/**
 * Reads the size and the make-up of one machine. Inside a container `memory`, `system` (except `os`) and `pciGpus` describe
 * the host; `disks` are those mounted in the container.
 */
export interface HostFacts {
  memory(): Promise<MemoryFacts>;
  system(): Promise<SystemFacts>;
  /** Null when a file system does not respond in time, such as an NFS mount whose server is down. */
  disks(): Promise<readonly DiskFacts[] | null>;
  /** Sorted by address; empty on a machine without a PCI bus. */
  pciGpus(): Promise<readonly PciGpu[]>;
}
