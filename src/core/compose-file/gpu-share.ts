import type { PlacedDevice, ServicePlacement } from '../domain/placement.ts';

const LEAST = 0.01;
const MOST = 0.95;

/**
 * The part of a GPU's total memory that the service may use, as vLLM's `--gpu-memory-utilization` wants it: two decimals,
 * 0.95 at most. Beside others it is rounded down: vLLM asks at its start whether so much is free, and the hundredth beyond
 * its promise may be another's; how much it takes its cache says. Alone it is rounded up. It follows from what was promised and from the total, never from what happens to be free.
 * null for a service on the CPU.
 */
export function shareOf(
  placement: Pick<ServicePlacement, 'bytesPerGpu' | 'devices' | 'exclusive'>,
): number | null {
  const totals = placement.devices.map(({ totalBytes }: PlacedDevice) => totalBytes);
  if (totals.length === 0) return null;
  const hundredths = (placement.bytesPerGpu / Math.min(...totals)) * 100;
  const share = (placement.exclusive ? Math.ceil(hundredths) : Math.floor(hundredths)) / 100;
  return Math.min(MOST, Math.max(LEAST, share));
}
