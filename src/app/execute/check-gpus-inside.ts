import type { ContainerFacts } from '../../core/domain/container.ts';
import type { PlacedDevice, ServicePlacement } from '../../core/domain/placement.ts';
import { RmaError } from '../../core/errors.ts';
import { isAsPlanned, type SeenInside } from '../../core/gpu/visible-inside.ts';
import { deviceName } from '../../core/placement/device-name.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { step } from '../desired/step.ts';
import { type GpusInside, gpusInside } from '../observe/gpus-inside.ts';
import { projectContainers } from '../observe/project-containers.ts';

const LOOK_MS = 500;

export interface GpuCheckRequest {
  readonly project: string;
  readonly services: readonly ServicePlacement[];
}

/**
 * What the containers really see are the GPUs that were planned, no more and no fewer.
 * @throws RmaError RMA_GPU_MISMATCH, RMA_GPU_NOT_VISIBLE (1)
 */
export async function checkGpusInside(
  host: Pick<Host, 'engine' | 'docker'>,
  invocation: Pick<Invocation, 'clock' | 'reporter' | 'signal'>,
  { project, services }: GpuCheckRequest,
): Promise<void> {
  const onGpus = services.filter(({ devices }) => devices.length > 0);
  if (onGpus.length === 0) return;
  await step(invocation, 'checking the GPUs inside the containers', async () => {
    for (const placement of onGpus) await checkOne(host, invocation, { project, placement });
  });
}

async function checkOne(
  host: Pick<Host, 'engine' | 'docker'>,
  invocation: Pick<Invocation, 'clock' | 'reporter' | 'signal'>,
  { project, placement }: { readonly project: string; readonly placement: ServicePlacement },
): Promise<void> {
  const { service, devices } = placement;
  for (;;) {
    const container = await runningContainer(host, invocation, { project, service });
    const seen = await gpusInside(host, invocation, container.id);
    if (isSight(seen) && isAsPlanned(devices, seen)) return;
    // a container that ended under the question shows nothing, whatever it was given
    if (await isAsBefore(host, project, container)) return refuse(invocation, placement, seen);
    await invocation.clock.sleep(LOOK_MS, invocation.signal);
  }
}

/** @throws RmaError RMA_GPU_MISMATCH, RMA_GPU_NOT_VISIBLE (1) */
function refuse(
  invocation: Pick<Invocation, 'reporter'>,
  { service, devices }: ServicePlacement,
  seen: GpusInside,
): void {
  if (isNothing(seen)) throw notVisible(service, devices, seen);
  if (isSight(seen)) throw mismatch(service, devices, seen);
  invocation.reporter.emit({
    type: 'warning',
    code: 'RMA_GPU_UNCHECKED',
    text: `${service} has no program that tells which GPUs it sees`,
  });
}

/** Whoever follows the engines ends this wait when one of them does not stay up. */
async function runningContainer(
  host: Pick<Host, 'engine'>,
  invocation: Pick<Invocation, 'clock' | 'signal'>,
  { project, service }: { readonly project: string; readonly service: string },
): Promise<ContainerFacts> {
  for (;;) {
    const containers = await projectContainers(host, project);
    const container = containers.find((each) => each.service === service && each.state === 'running');
    if (container !== undefined) return container;
    await invocation.clock.sleep(LOOK_MS, invocation.signal);
  }
}

/** Whether the container runs on, and was not started anew since. */
async function isAsBefore(
  host: Pick<Host, 'engine'>,
  project: string,
  before: ContainerFacts,
): Promise<boolean> {
  const now = (await projectContainers(host, project)).find(({ id }) => id === before.id);
  return now?.state === 'running' && now.restarts === before.restarts && now.startedAt === before.startedAt;
}

function isSight(seen: GpusInside): seen is SeenInside {
  return seen.how === 'names' || seen.how === 'count';
}

function isNothing(seen: GpusInside): seen is Exclude<GpusInside, { how: 'unknown' }> {
  if (seen.how === 'names') return seen.uuids.length === 0;
  return seen.how === 'lost' || (seen.how === 'count' && seen.count === 0);
}

function notVisible(
  service: string,
  planned: readonly PlacedDevice[],
  seen: Exclude<GpusInside, { how: 'unknown' }>,
): RmaError {
  const what =
    seen.how === 'lost' ? 'its driver says "Failed to initialize NVML"' : 'no GPU shows inside its container';
  return new RmaError('RMA_GPU_NOT_VISIBLE', `${service} was given ${listed(planned)}, and ${what}`, {
    hint:
      seen.how === 'lost'
        ? `the devices are closed to it: make the container anew (rma up); if it comes back: sudo nvidia-ctk system create-dev-char-symlinks --create-all, or CDI`
        : `see what Docker hands out: docker info (runtimes, CDI devices), nvidia-ctk cdi list; a stale list: sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml`,
    details: { service, planned: planned.map(({ uuid }) => uuid), seen: [] },
  });
}

function mismatch(service: string, planned: readonly PlacedDevice[], seen: SeenInside): RmaError {
  const shows =
    seen.how === 'names' ? seen.uuids.join(', ') : `${seen.count} GPU${seen.count === 1 ? '' : 's'}`;
  return new RmaError('RMA_GPU_MISMATCH', `${service} was given ${listed(planned)} and sees ${shows}`, {
    hint: `${reasonFor(planned, seen)}; then: rma up`,
    details: {
      service,
      planned: planned.map(({ uuid }) => uuid),
      seen: seen.how === 'names' ? seen.uuids : seen.count,
    },
  });
}

/** More than planned comes from a second way in; others than planned from an outdated list. */
function reasonFor(planned: readonly PlacedDevice[], seen: SeenInside): string {
  const count = seen.how === 'names' ? seen.uuids.length : seen.count;
  if (count > planned.length) {
    return 'a default runtime "nvidia" (docker info) beside CDI reads NVIDIA_VISIBLE_DEVICES of the image and adds GPUs, and so does `privileged`: take "default-runtime" out of /etc/docker/daemon.json and restart Docker';
  }
  return 'the list of CDI devices may be older than the driver: sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml; a compose.override.yaml that names GPUs by count does it too';
}

function listed(devices: readonly PlacedDevice[]): string {
  return devices.map((device) => `${deviceName(device)} (${device.uuid})`).join(', ');
}
