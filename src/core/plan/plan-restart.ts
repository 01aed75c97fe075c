import { enginesOf } from '../domain/engine-users.ts';
import type { ObservedContainer } from '../domain/observed.ts';
import { COORDINATOR_SERVICE } from '../domain/registration.ts';
import { EXIT } from '../errors.ts';
import { connect } from './connect.ts';
import type { Step } from './operation.ts';
import { orderBy } from './order.ts';
import { planDrains } from './plan-drains.ts';
import type { ServiceStep } from './plan-services.ts';
import type { Plan, PlanCheck } from './plan-types.ts';
import { planWaits } from './plan-waits.ts';
import { stateText } from './service-trouble.ts';
import { summarise } from './summarise.ts';
import { usesOf } from './uses.ts';

export interface RestartInput {
  readonly host: string;
  /** services to restart; none: all */
  readonly services: readonly string[];
  /** whether the project runs its own coordinator */
  readonly ownCoordinator: boolean;
  /** all containers of the project */
  readonly containers: readonly ObservedContainer[];
}

/**
 * Returns everything that happens when services are restarted: the workers that use them drain, the containers stop and
 * start again as they are, and the workers are waited for. A service without a container is left out. A container that
 * lost its network is an error: starting it again does not connect it, and no worker that needs it becomes ready.
 */
export function planRestart({ host, services, ownCoordinator, containers }: RestartInput): Plan {
  const named = containers.filter(({ service }) => services.length === 0 || services.includes(service));
  const restarts = ['coordinator', 'worker', 'engine'].flatMap((role) =>
    named.filter((container) => container.role === role).map(restart),
  );
  const { drains, resumes } = planDrains(restarts, containers);
  const isNamed = (service: string): boolean => named.some((container) => container.service === service);
  const workers = containers
    .filter(({ role }) => role === 'worker')
    .map((container) => {
      const { service } = container;
      const engines = enginesOf(container, containers);
      const requested = [service, ...engines].some(isNamed);
      return { service, engines, container, requested, fitsNewEngines: true };
    });
  const changed = [...restarts, ...resumes];
  const waits = planWaits(workers, { services: changed, fetches: [], containers, ownCoordinator });
  const steps: readonly Step[] = [...drains, ...restarts, ...resumes, ...waits.models, ...waits.ready];
  const operations = connect(steps, host, orderBy(usesOf(workers, containers, steps)));
  const needed = waits.ready.flatMap(({ service, engines }) => [
    service,
    ...engines,
    ...(ownCoordinator ? [COORDINATOR_SERVICE] : []),
  ]);
  const used = containers.filter(({ service }) => isNamed(service) || needed.includes(service));
  return { operations, checks: used.flatMap(disconnected), summary: summarise(operations, null) };
}

function restart({ service, role, state }: ObservedContainer): ServiceStep {
  const cause = state === 'running' ? 'requested' : `requested; it ${stateText(state)}`;
  return { kind: 'restart-service', service, role, cause, destructive: false };
}

function disconnected({ service, lostNetwork }: ObservedContainer): readonly PlanCheck[] {
  if (lostNetwork === null) return [];
  const check: PlanCheck = {
    level: 'error',
    code: 'RMA_SERVICE_DISCONNECTED',
    message: `${service} is not connected to its network ${lostNetwork}, and a restart cannot reconnect it`,
    hint: 'to recreate it: rma up',
    exitCode: EXIT.notReady,
    details: { service, network: lostNetwork },
  };
  return [check];
}
