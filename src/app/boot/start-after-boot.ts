import { type ContainerFacts, roleOf } from '../../core/domain/container.ts';
import type { GpuInventory } from '../../core/domain/gpu.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { projectContainers } from '../observe/project-containers.ts';

const PAUSE_MS = 2_000;
const ROLES = ['coordinator', 'worker', 'engine'] as const;

export interface BootRequest {
  readonly project: string;
  /** how long to wait for GPUs, seconds */
  readonly waitSeconds: number;
}

/** Errors of an engine that is starting. */
const PASSING: readonly string[] = ['RMA_DOCKER_UNREACHABLE', 'RMA_DOCKER_FAILED'];

type BootHost = Pick<Host, 'engine' | 'gpus'>;

/**
 * Starts the services of a project that failed to start, for example because the GPU driver was not ready at boot: Docker never starts
 * these again. Waits until their GPUs can be used. Returns the services that it started; other stopped services stay stopped.
 * @throws RmaError RMA_BOOT_TIMEOUT (7) with the reason for each service that could not be started
 */
export async function startAfterBoot(
  host: BootHost,
  invocation: Pick<Invocation, 'clock' | 'reporter' | 'signal'>,
  { project, waitSeconds }: BootRequest,
): Promise<readonly string[]> {
  const { clock, reporter, signal } = invocation;
  const deadline = clock.monotonic() + waitSeconds * 1000;
  const started: string[] = [];
  let logged = '';
  for (;;) {
    const { done, reasons } = await tryOnce(host, invocation, project);
    for (const service of done)
      reporter.emit({ type: 'step', id: service, state: 'done', text: `started ${service}` });
    started.push(...done);
    if (reasons.length === 0) return started;
    const text = reasons.join('; ');
    if (clock.monotonic() >= deadline) throw timedOut(text, waitSeconds);
    if (text !== logged) reporter.emit({ type: 'step', id: text, state: 'start', text: `waiting: ${text}` });
    logged = text;
    await clock.sleep(PAUSE_MS, signal);
  }
}

interface Attempt {
  /** services that were started */
  readonly done: readonly string[];
  /** why others could not be, one for each */
  readonly reasons: readonly string[];
}

async function tryOnce(
  host: BootHost,
  invocation: Pick<Invocation, 'signal'>,
  project: string,
): Promise<Attempt> {
  const found = await failedStarts(host, project);
  if (typeof found === 'string') return { done: [], reasons: [found] };
  if (found.length === 0) return { done: [], reasons: [] };
  const inventory = found.some(({ gpus }) => gpus.length > 0)
    ? await host.gpus.probe(invocation.signal)
    : null;
  const done: string[] = [];
  const reasons: string[] = [];
  for (const container of found) {
    const reason = missingGpus(container, inventory) ?? (await startFault(host, container));
    if (reason === null) done.push(container.service);
    else reasons.push(`${container.service}: ${reason}`);
  }
  return { done, reasons };
}

/** Returns the stopped containers whose last start failed, in the order to start them; a text while Docker is not available. */
async function failedStarts(
  host: Pick<Host, 'engine'>,
  project: string,
): Promise<readonly ContainerFacts[] | string> {
  try {
    const containers = await projectContainers(host, project);
    const failed = containers.filter(({ state, startError }) => state === 'exited' && startError !== null);
    return ROLES.flatMap((role) => failed.filter((container) => roleOf(container) === role));
  } catch (error) {
    if (error instanceof RmaError && PASSING.includes(error.code)) return error.message;
    throw error;
  }
}

function missingGpus({ gpus }: ContainerFacts, inventory: GpuInventory | null): string | null {
  if (inventory === null) return null;
  const listed = new Set(
    inventory.gpus.flatMap(({ uuid, migDevices }) => [uuid, ...migDevices.map((device) => device.uuid)]),
  );
  const missing = gpus.filter((uuid) => !listed.has(uuid));
  if (missing.length === 0) return null;
  const why = inventory.absence === null ? 'not listed by nvidia-smi' : inventory.absence.message;
  return `${missing.join(', ')}: ${why}`;
}

/** Starts a container. Returns why the engine could not, null if it did. */
async function startFault(host: Pick<Host, 'engine'>, { id }: ContainerFacts): Promise<string | null> {
  try {
    await host.engine.start([id]);
    return null;
  } catch (error) {
    if (error instanceof RmaError) return error.message;
    throw error;
  }
}

function timedOut(reasons: string, seconds: number): RmaError {
  return new RmaError('RMA_BOOT_TIMEOUT', `services could not be started within ${seconds} s: ${reasons}`, {
    exitCode: EXIT.waitedTooLong,
    hint: 'check Docker (docker info) and the GPUs (rma gpus); if a GPU was replaced, plan again: rma up',
  });
}
