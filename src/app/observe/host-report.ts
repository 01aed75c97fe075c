import type { DockerVolume } from '../../core/docker/volume-of.ts';
import { type ContainerFacts, roleOf } from '../../core/domain/container.ts';
import type { EngineFacts } from '../../core/domain/docker-engine.ts';
import type { HostReport } from '../../core/domain/host-facts.ts';
import { RmaError } from '../../core/errors.ts';
import { STORE_MOUNT } from '../../core/store/layout.ts';
import { readWorkerFacts } from '../../core/worker/read-worker-facts.ts';
import type { CommandOutcome } from '../../ports/command-runner.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { freeBytesBeside } from './store-container.ts';

const FACTS_MS = 60_000;

interface ReportRequest {
  readonly engine: EngineFacts;
  /** the store of the project */
  readonly volume: DockerVolume;
  readonly containers: readonly ContainerFacts[];
}

/**
 * Returns the RAM of the machine that runs the containers, and the free space of the store. For an engine on another
 * machine they are read in a running worker; without one they are unknown.
 */
export async function hostReport(
  host: Pick<Host, 'engine' | 'docker' | 'files' | 'facts'>,
  invocation: Pick<Invocation, 'signal'>,
  { engine, volume, containers }: ReportRequest,
): Promise<HostReport> {
  const { name } = engine;
  if (!engine.endpoint.startsWith('unix:')) {
    return { name, ...(await factsInside(host, invocation, containers)) };
  }
  const [memory, storeFreeBytes] = await Promise.all([
    host.facts.memory(),
    freeBytesBeside(host, { volume }, { engine }),
  ]);
  return { name, memory, storeFreeBytes };
}

async function factsInside(
  host: Pick<Host, 'docker'>,
  { signal }: Pick<Invocation, 'signal'>,
  containers: readonly ContainerFacts[],
): Promise<Omit<HostReport, 'name'>> {
  const worker = containers.find((each) => roleOf(each) === 'worker' && each.state === 'running');
  if (worker === undefined) return { memory: null, storeFreeBytes: null };
  const argv = ['rma-worker', 'facts', '--json'];
  const facts = await readFacts(() => host.docker.exec(worker.id, argv, { timeoutMs: FACTS_MS, signal }));
  const store = facts?.disks?.find(({ mount }) => mount === STORE_MOUNT);
  return { memory: facts?.memory ?? null, storeFreeBytes: store?.freeBytes ?? null };
}

/** Returns null for a worker that cannot list its GPUs or does not respond; its report has the reason. */
async function readFacts(run: () => Promise<CommandOutcome>): Promise<ReturnType<typeof readWorkerFacts>> {
  try {
    const { exitCode, stdout } = await run();
    return exitCode === 0 ? readWorkerFacts(stdout) : null;
  } catch (error) {
    if (error instanceof RmaError && error.code === 'RMA_COMMAND_TIMEOUT') return null;
    throw error;
  }
}
