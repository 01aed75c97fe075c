/** A line of `nvidia-smi -L` and, for a GPU in MIG mode, the lines below it. */
export interface ListedGpu {
  readonly index: number;
  readonly uuid: string;
  readonly name: string;
  readonly migDevices: readonly { readonly uuid: string; readonly profile: string; readonly index: number }[];
}

/** A GPU that the driver lists but cannot access. */
export interface LostGpu {
  readonly index: number;
  readonly pciBusId: string;
  /** text of the driver */
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

/** Parses the output of `nvidia-smi -L`. Unknown lines are skipped. Never throws. */
export function readGpuList(text: string): GpuList {
  const gpus: (ListedGpu & { readonly migDevices: ListedGpu['migDevices'][number][] })[] = [];
  const lost: LostGpu[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, index, name = '', uuid = ''] = GPU.exec(line) ?? [];
    if (index !== undefined) gpus.push({ index: Number(index), name, uuid, migDevices: [] });
    const [, profile, order, device = ''] = MIG.exec(line) ?? [];
    if (profile !== undefined) gpus.at(-1)?.migDevices.push({ uuid: device, profile, index: Number(order) });
    const [, pciBusId, reason = ''] = LOST.exec(line) ?? [];
    // the position of the line is the index
    if (pciBusId !== undefined) lost.push({ index: gpus.length + lost.length, pciBusId, reason });
  }
  return { gpus, lost };
}
