import type { PlacedDevice, ServicePlacement } from '../domain/placement.ts';
import type { SelectedService } from '../domain/selection.ts';
import { formatBytes } from '../units.ts';

/** Says in the file what the service serves, and where it stands with how much; one line per thing. */
export function engineComment(
  { engine, models }: SelectedService,
  url: string,
  placement: ServicePlacement | undefined,
): string {
  const served = models.map(({ name }) => name).join(', ');
  const first = `${engine.name} serves ${served || 'its models'} at ${url}`;
  return [first, ...(placement === undefined ? [] : gpuLines(placement))].join('\n');
}

function gpuLines({ devices, bytesPerGpu, kvBytesPerGpu, exclusive, need }: ServicePlacement): string[] {
  if (devices.length === 0) return [];
  const parts =
    need === null
      ? ''
      : ` (weights ${formatBytes(need.weightsBytes / devices.length)}, cache ${formatBytes(kvBytesPerGpu)}, the rest ${formatBytes(need.overheadBytes)})`;
  const whose = exclusive ? 'alone on it' : 'others may share it';
  const many = exclusive ? 'alone on them' : 'others may share them';
  return [
    ...devices.map(deviceLine),
    `${formatBytes(bytesPerGpu)} promised on ${devices.length === 1 ? 'it' : 'each'}${parts}, ${devices.length === 1 ? whose : many}`,
  ];
}

function deviceLine({ kind, index, name, uuid, totalBytes }: PlacedDevice): string {
  const what = kind === 'gpu' ? `GPU ${index}` : `MIG device of GPU ${index}`;
  return `${what}: ${name}, ${formatBytes(totalBytes)}, ${uuid}`;
}
