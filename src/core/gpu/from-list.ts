/** A line of `nvidia-smi -L` and, for a divided GPU, the lines below it. */
export interface ListedGpu {
  readonly index: number;
  readonly uuid: string;
  readonly name: string;
  readonly migDevices: readonly { readonly uuid: string; readonly profile: string; readonly index: number }[];
}

/** A GPU that the driver knows of and cannot reach. */
export interface LostGpu {
  readonly index: number;
  readonly pciBusId: string;
  /** in the driver's words */
  readonly reason: string;
}

export interface GpuList {
  readonly gpus: readonly ListedGpu[];
  readonly lost: readonly LostGpu[];
}

const GPU = /^GPU (\d{1,4}): (.*) \(UUID: ([^()\s]+)\)$/;
const MIG = /^\s+MIG (\S+)\s+Device\s+(\d{1,4}): \(UUID: ([^()\s]+)\)$/;
const LOST =
  /^Unable to determine the device handle for GPU ?([0-9A-Fa-f:.]{8,20}): (.*?)[.\s]*(?:Reboot .*)?$/i;

/** The text of `nvidia-smi -L`. Lines that it does not know are passed over. Never throws. */
export function readGpuList(text: string): GpuList {
  const gpus: (ListedGpu & { readonly migDevices: ListedGpu['migDevices'][number][] })[] = [];
  const lost: LostGpu[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, index, name = '', uuid = ''] = GPU.exec(line) ?? [];
    if (index !== undefined) gpus.push({ index: Number(index), name, uuid, migDevices: [] });
    const [, profile, order, device = ''] = MIG.exec(line) ?? [];
    if (profile !== undefined) gpus.at(-1)?.migDevices.push({ uuid: device, profile, index: Number(order) });
    const [, pciBusId, reason = ''] = LOST.exec(line) ?? [];
    // its line stands in the place of its index
    if (pciBusId !== undefined) lost.push({ index: gpus.length + lost.length, pciBusId, reason });
  }
  return { gpus, lost };
}
