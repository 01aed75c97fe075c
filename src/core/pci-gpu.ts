import type { PciGpu } from './domain/host-facts.ts';

/** Vendor identifiers of the PCI ID database (pci-ids.ucw.cz). */
const VENDORS: Readonly<Record<string, PciGpu['vendor']>> = {
  '0x10de': 'nvidia',
  '0x1002': 'amd',
  '0x8086': 'intel',
};

/** The attributes of a device in /sys/bus/pci/devices. */
export interface PciDevice {
  readonly address: string;
  readonly vendor: string;
  readonly deviceClass: string;
}

/**
 * Returns a PCI device as a GPU; null if it is none. A GPU has the base class 03 (display controller); AMD's Instinct
 * accelerators have 12 (processing accelerator), which Intel uses for devices that are not GPUs.
 */
export function pciGpu({ address, vendor: vendorId, deviceClass }: PciDevice): PciGpu | null {
  const vendor = VENDORS[vendorId];
  if (vendor === undefined) return null;
  const isGpu = deviceClass.startsWith('0x03') || (vendor === 'amd' && deviceClass.startsWith('0x12'));
  return isGpu ? { vendor, address } : null;
}
