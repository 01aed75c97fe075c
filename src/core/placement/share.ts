import type { PlacedDevice, PlacementDevice, ServicePlacement } from '../model/placement.ts';

/** What a service that has its GPUs alone is given of their total. */
const ALONE = 0.9;
const MOST = 0.95;

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

/**
 * The part of a GPU's total memory that the service may use, as vLLM's `--gpu-memory-utilization` wants it: rounded up to
 * two decimals, 0.95 at most. It follows from what was promised and from the total, never from what happens to be free.
 * null for a service on the CPU.
 */
export function shareOf(placement: Pick<ServicePlacement, 'bytesPerGpu' | 'devices'>): number | null {
  const totals = placement.devices.map(({ totalBytes }: PlacedDevice) => totalBytes);
  if (totals.length === 0) return null;
  return Math.min(MOST, Math.ceil((placement.bytesPerGpu / Math.min(...totals)) * 100) / 100);
}
