import type { RmaConfig } from '../core/domain/config.ts';
import type { ContainerFacts } from '../core/domain/container.ts';
import { planRestart as restartPlan } from '../core/plan/plan-restart.ts';
import type { Plan } from '../core/plan/plan-types.ts';
import { unknownService } from '../core/unknown-service.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { executePlan } from './execute/execute-plan.ts';
import { containerIds, emptyPayload, type Payload } from './execute/execution.ts';
import type { LockContext } from './lock/take-lock.ts';
import { withProjectLock } from './lock/with-lock.ts';
import { observeWorkers } from './observe/observe-workers.ts';
import { projectContainers } from './observe/project-containers.ts';
import { requireDocker } from './observe/require-docker.ts';
import { throwOnFault } from './throw-on-fault.ts';

export interface RestartRequest {
  readonly config: RmaConfig;
  /** none: all */
  readonly services: readonly string[];
  /** timeout for the engines to respond, seconds */
  readonly waitSeconds: number;
}

export interface PlannedRestart {
  readonly plan: Plan;
  /** the project's containers, as they are now */
  readonly containers: readonly ContainerFacts[];
}

/** Returns what `restart` would do now. Changes nothing. @throws RmaError RMA_SERVICE_UNKNOWN (2), RMA_SERVICE_DISCONNECTED, RMA_DOCKER_* (3) */
export async function planRestart(
  host: Pick<Host, 'name' | 'engine' | 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  { config, services }: RestartRequest,
): Promise<PlannedRestart> {
  await requireDocker(host);
  const inspected = await projectContainers(host, config.project);
  const containers = await observeWorkers(host, invocation, inspected);
  const known = containers.map(({ service }) => service);
  const unknown = services.find((service) => !known.includes(service));
  if (known.length > 0 && unknown !== undefined) throw unknownService(unknown, known);
  const plan = restartPlan({
    host: host.name,
    services,
    // of several hosts, one runs the coordinator
    ownCoordinator: config.coordinator.url === null && (config.projectHosts ?? []).length < 2,
    containers,
  });
  throwOnFault(plan.checks);
  return { plan, containers };
}

/**
 * Drains the workers that use the services, restarts these and waits until the workers are ready. Holds the lock of the project.
 * @throws RmaError RMA_LOCK_HELD (7), RMA_LOCK_LOST (1), or as planRestart
 */
export async function restart(
  host: Pick<Host, 'name' | 'engine' | 'docker' | 'files' | 'caller'>,
  invocation: Pick<Invocation, 'workerImage' | 'environment' | 'certificates' | 'peerToken'> & LockContext,
  request: RestartRequest & { readonly show: (plan: Plan) => void },
): Promise<Plan> {
  const { config, waitSeconds } = request;
  const { project, stateDir } = config;
  return withProjectLock(host, invocation, {
    project,
    stateDir,
    command: 'restart',
    work: async (locked) => {
      const planned = await planRestart(host, locked, request);
      const { plan } = planned;
      const { operations } = plan;
      if (operations.length > 0) request.show(plan);
      const payload = restartPayload(planned, { config, waitSeconds });
      await executePlan(host, locked, { operations, payload });
      return plan;
    },
  });
}

/** Returns what the operations of `restart` need. */
export function restartPayload(
  { containers }: PlannedRestart,
  { config, waitSeconds }: Pick<RestartRequest, 'config' | 'waitSeconds'>,
): Payload {
  return { ...emptyPayload(config), containers: containerIds(containers), waitSeconds };
}
