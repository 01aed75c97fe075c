import type { PlacedDevice } from '../domain/placement.ts';

/** A device as people call it: `GPU 0`, `MIG device MIG-5f1c2a9e of GPU 0`. */
export function deviceName(device: Pick<PlacedDevice, 'kind' | 'index' | 'uuid'>): string {
  const gpu = `GPU ${device.index}`;
  return device.kind === 'gpu' ? gpu : `MIG device ${device.uuid.slice(0, 12)} of ${gpu}`;
}

/** `GPU 0, GPU 1 and GPU 2` */
export function listed(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** Whole MiB, rounded up: what is missing is never told too small. */
export function missingMib(bytes: number): string {
  return `${Math.max(1, Math.ceil(bytes / 2 ** 20))} MiB`;
}
