import type { PlacedDevice, ServicePlacement } from '../../core/domain/placement.ts';
import { RmaError } from '../../core/errors.ts';
import type { VisibleGpus } from '../../core/gpu/visible-inside.ts';
import { deviceName } from '../../core/placement/device-name.ts';
import type { GpusInside } from '../observe/gpus-inside.ts';

/** Returns the error for a container that has access to no GPU, or to other GPUs than assigned; null if unknown. */
export function gpuFault({ service, devices }: ServicePlacement, seen: GpusInside): RmaError | null {
  if (isNothing(seen)) return notVisible(service, devices, seen);
  return isSight(seen) ? mismatch(service, devices, seen) : null;
}

/** Returns whether the container could list its GPUs. */
export function isSight(seen: GpusInside): seen is VisibleGpus {
  return seen.how === 'names' || seen.how === 'count';
}

function isNothing(seen: GpusInside): seen is Exclude<GpusInside, { how: 'timeout' | 'unknown' }> {
  if (seen.how === 'names') return seen.uuids.length === 0;
  return seen.how === 'lost' || (seen.how === 'count' && seen.count === 0);
}

function notVisible(
  service: string,
  planned: readonly PlacedDevice[],
  seen: Exclude<GpusInside, { how: 'timeout' | 'unknown' }>,
): RmaError {
  const what =
    seen.how === 'lost' ? 'its driver reports "Failed to initialize NVML"' : 'its container sees no GPU';
  return new RmaError('RMA_GPU_NOT_VISIBLE', `${service} was assigned ${listed(planned)}, but ${what}`, {
    hint:
      seen.how === 'lost'
        ? `its devices are no longer accessible: restart it (rma up); if it happens again: sudo nvidia-ctk system create-dev-char-symlinks --create-all, or use CDI`
        : `check what Docker provides: docker info (runtimes, CDI devices), nvidia-ctk cdi list; to regenerate the CDI specification: sudo nvidia-ctk cdi generate --output=/var/run/cdi/nvidia.yaml`,
    details: { service, planned: planned.map(({ uuid }) => uuid), seen: [] },
  });
}

function mismatch(service: string, planned: readonly PlacedDevice[], seen: VisibleGpus): RmaError {
  const shows =
    seen.how === 'names' ? seen.uuids.join(', ') : `${seen.count} GPU${seen.count === 1 ? '' : 's'}`;
  return new RmaError(
    'RMA_GPU_MISMATCH',
    `${service} was assigned ${listed(planned)} but has access to ${shows}`,
    {
      hint: `${reasonFor(planned, seen)}; then recreate the container: rma down, rma up`,
      details: {
        service,
        planned: planned.map(({ uuid }) => uuid),
        seen: seen.how === 'names' ? seen.uuids : seen.count,
      },
    },
  );
}

/** More GPUs than planned come from a second mechanism; other GPUs than planned from an outdated CDI specification. */
function reasonFor(planned: readonly PlacedDevice[], seen: VisibleGpus): string {
  const count = seen.how === 'names' ? seen.uuids.length : seen.count;
  if (count > planned.length) {
    return 'the extra GPUs come from the default runtime "nvidia" or from `privileged`; remove "default-runtime" from /etc/docker/daemon.json and restart Docker';
  }
  return 'the CDI specification may be outdated: sudo nvidia-ctk cdi generate --output=/var/run/cdi/nvidia.yaml; another cause is a compose.override.yaml that requests GPUs by count';
}

function listed(devices: readonly PlacedDevice[]): string {
  return devices.map((device) => `${deviceName(device)} (${device.uuid})`).join(', ');
}
