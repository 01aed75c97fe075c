import type { PlacedDevice } from '../domain/placement.ts';

/** Devices named in a message; `rma plan --explain` lists all of them. */
const SHOWN = 3;

/** Returns the name of a device in texts: `GPU 0`, `MIG device MIG-5f1c2a9e of GPU 0`. */
export function deviceName(device: Pick<PlacedDevice, 'kind' | 'index' | 'uuid'>): string {
  const gpu = `GPU ${device.index}`;
  return device.kind === 'gpu' ? gpu : `MIG device ${device.uuid.slice(0, 12)} of ${gpu}`;
}

/** Returns the items as a list in a sentence: `GPU 0, GPU 1 and GPU 2`. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** Returns the first three items and the number of the others: `GPU 0, GPU 1, GPU 2, and 5 more`. */
export function shortList(items: readonly string[]): string {
  const more = items.length - SHOWN;
  return more > 0 ? `${items.slice(0, SHOWN).join(', ')}, and ${more} more` : listed(items);
}

/** Returns whole MiB, rounded up: a missing amount is never shown too small. */
export function formatMib(bytes: number): string {
  return `${Math.max(1, Math.ceil(bytes / 2 ** 20))} MiB`;
}
