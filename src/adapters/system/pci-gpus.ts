import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PciGpu } from '../../core/domain/host-facts.ts';

/** Vendor identifiers of the PCI ID database (pci-ids.ucw.cz). */
const VENDORS: Readonly<Record<string, PciGpu['vendor']>> = {
  '0x10de': 'nvidia',
  '0x1002': 'amd',
  '0x8086': 'intel',
};

/**
 * Returns the GPUs below the directory `folder` (`/sys/bus/pci/devices`), sorted by address. A GPU has the base class 03 (display
 * controller); AMD's Instinct accelerators have 12 (processing accelerator), which Intel uses for devices that are not GPUs.
 */
export async function readPciGpus(folder: string): Promise<readonly PciGpu[]> {
  const addresses = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    addresses.sort().map(async (address): Promise<readonly PciGpu[]> => {
      const [vendorId, deviceClass] = await Promise.all([
        attribute(folder, address, 'vendor'),
        attribute(folder, address, 'class'),
      ]);
      const vendor = VENDORS[vendorId];
      if (vendor === undefined) return [];
      const isGpu = deviceClass.startsWith('0x03') || (vendor === 'amd' && deviceClass.startsWith('0x12'));
      return isGpu ? [{ vendor, address }] : [];
    }),
  );
  return found.flat();
}

/** Returns an attribute of a device; empty if the device was removed in the meantime. */
async function attribute(folder: string, address: string, name: string): Promise<string> {
  return (await readFile(join(folder, address, name), 'utf8').catch(() => '')).trim();
}
