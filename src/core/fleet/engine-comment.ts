import type { PlacedDevice, ServicePlacement } from '../domain/placement.ts';
import type { SelectedService } from '../domain/selection.ts';
import { formatBytes } from '../units.ts';

/** Returns what the service serves, or uses if it has no address, and which GPU memory is reserved for it, one line each. */
export function engineComment(
  { engine, models }: SelectedService,
  url: string | null,
  placement: ServicePlacement | null,
): string {
  const served = models.map(({ name }) => name).join(', ');
  const what = url === null ? 'uses' : 'serves';
  const first = `${engine.name} ${what} ${served || 'its models'}${url === null ? '' : ` at ${url}`}`;
  return [first, ...(placement === null ? [] : gpuLines(placement))].join('\n');
}

function gpuLines(placement: ServicePlacement): string[] {
  const { devices, bytesPerGpu, kvBytesPerGpu, exclusive, need, hosts = 1 } = placement;
  const where = devices.length === 1 ? '' : ' on each GPU';
  const parts =
    need === null
      ? ''
      : ` (weights ${formatBytes(need.weightsBytes / (devices.length * hosts))}, KV cache ${formatBytes(kvBytesPerGpu)}, overhead ${formatBytes(need.overheadBytes)})`;
  return [
    ...devices.map(deviceLine),
    `Reserves ${formatBytes(bytesPerGpu)}${where}${parts}; ${exclusive ? 'not shared with other services' : 'other services can use the rest'}`,
  ];
}

function deviceLine({ kind, index, name, uuid, totalBytes }: PlacedDevice): string {
  const what = kind === 'gpu' ? `GPU ${index}` : `MIG device of GPU ${index}`;
  return `${what}: ${name}, ${formatBytes(totalBytes)}, ${uuid}`;
}
