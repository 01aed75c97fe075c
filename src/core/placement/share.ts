import type { PlacementDevice } from '../domain/placement.ts';

/** What a service that has its GPUs alone is given of their total. */
const ALONE = 0.9;

/** Bytes promised on each device: the need; alone on it, 0.90 of the total where that is available on all of them. */
export function promisedBytes(
  bytes: number,
  exclusive: boolean,
  devices: readonly PlacementDevice[],
): number {
  if (!exclusive || devices.length === 0) return bytes;
  const wide = Math.floor(ALONE * Math.min(...devices.map(({ totalBytes }) => totalBytes)));
  const room = Math.min(...devices.map(({ availableBytes }) => availableBytes));
  return wide <= room ? Math.max(bytes, wide) : bytes;
}
