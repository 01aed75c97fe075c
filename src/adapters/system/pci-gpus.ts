import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PciGpu } from '../../core/domain/host-facts.ts';
import { pciGpu } from '../../core/pci-gpu.ts';

/** Returns the GPUs below the directory `folder` (`/sys/bus/pci/devices`), sorted by address. */
export async function readPciGpus(folder: string): Promise<readonly PciGpu[]> {
  const addresses = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    addresses.sort().map(async (address) => {
      const [vendor, deviceClass] = await Promise.all([
        attribute(folder, address, 'vendor'),
        attribute(folder, address, 'class'),
      ]);
      return pciGpu({ address, vendor, deviceClass });
    }),
  );
  return found.filter((gpu) => gpu !== null);
}

/** Returns an attribute of a device; empty if the device was removed in the meantime. */
async function attribute(folder: string, address: string, name: string): Promise<string> {
  return (await readFile(join(folder, address, name), 'utf8').catch(() => '')).trim();
}
