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
/** Older drivers name the PCI address (`GPU 0000:3B:00.0`), newer ones the index as well (`GPU1: 0000:34:00.0`). */
const LOST =
  /^Unable to determine the device handle for GPU ?(?:(\d{1,4}): ?)?([0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.[0-9A-Fa-f]): (.*?)[.\s]*(?:Reboot .*)?$/i;

/** Parses the output of `nvidia-smi -L`. Unknown lines are skipped. Never throws. */
export function readGpuList(text: string): GpuList {
  const lines = text.split(/\r?\n/);
  const gpus: (ListedGpu & { readonly migDevices: ListedGpu['migDevices'][number][] })[] = [];
  for (const line of lines) {
    const [, index, name = '', uuid = ''] = GPU.exec(line) ?? [];
    if (index !== undefined) gpus.push({ index: Number(index), name, uuid, migDevices: [] });
    const [, profile, order, device = ''] = MIG.exec(line) ?? [];
    if (profile !== undefined) gpus.at(-1)?.migDevices.push({ uuid: device, profile, index: Number(order) });
  }
  return { gpus, lost: lostGpus(lines, new Set(gpus.map(({ index }) => index))) };
}

/** Without an index in the text, a lost GPU has the lowest index that no other GPU has. Each GPU is returned once. */
function lostGpus(lines: readonly string[], used: ReadonlySet<number>): readonly LostGpu[] {
  const found = new Map<string, Omit<LostGpu, 'index'> & { readonly index: number | null }>();
  for (const line of lines) {
    const [, listedIndex, pciBusId, reason = ''] = LOST.exec(line.trim()) ?? [];
    if (pciBusId === undefined) continue;
    // the domain has four or eight digits
    const address = pciBusId.toLowerCase().replace(/^0000(?=[\da-f]{4}:)/, '');
    const known = found.get(address);
    const index = known?.index ?? (listedIndex === undefined ? null : Number(listedIndex));
    found.set(address, { pciBusId, reason, ...known, index });
  }
  const taken = new Set([...used, ...[...found.values()].map(({ index }) => index)]);
  return [...found.values()].map((gpu) => {
    const index = gpu.index ?? lowestFree(taken);
    taken.add(index);
    return { ...gpu, index };
  });
}

function lowestFree(taken: ReadonlySet<number | null>): number {
  let index = 0;
  while (taken.has(index)) index += 1;
  return index;
}
