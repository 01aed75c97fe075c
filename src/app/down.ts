import type { RmaConfig } from '../core/domain/config.ts';
import type { Plan } from '../core/plan/plan-types.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { executePlan } from './execute/execute-plan.ts';
import { containerIds, emptyPayload, type Payload } from './execute/execution.ts';
import { dropReservations } from './lock/reserve.ts';
import type { LockContext } from './lock/take-lock.ts';
import { withProjectLock } from './lock/with-lock.ts';
import { type DownRequest, type PlannedDown, planDown } from './plan-down.ts';

export interface DownResult {
  readonly plan: Plan;
  readonly removed: readonly string[];
  /** services that remain: those of other profiles, and the engines they share */
  readonly kept: readonly string[];
}

/**
 * Drains the workers, and stops and removes their services. Models and volumes stay. Holds the lock of the project meanwhile, and
 * removes its reservations, which a killed `up` may have left.
 * @throws RmaError RMA_LOCK_HELD (7), RMA_LOCK_LOST (1), or as planDown
 */
export async function down(
  host: Pick<Host, 'name' | 'engine' | 'docker' | 'files' | 'caller'>,
  invocation: Pick<Invocation, 'catalog' | 'workerImage' | 'environment' | 'certificates' | 'peerToken'> &
    LockContext,
  request: DownRequest,
): Promise<DownResult> {
  const { project, stateDir } = request.config;
  return withProjectLock(host, invocation, {
    project,
    stateDir,
    command: 'down',
    work: async (locked) => {
      const planned = await planDown(host, locked, request);
      const payload = downPayload(planned, request.config);
      await executePlan(host, locked, { operations: planned.plan.operations, payload });
      await dropReservations(host, project, await host.engine.volumes());
      return downResult(planned);
    },
  });
}

/** Returns what the operations of `down` need. */
export function downPayload({ containers, files }: PlannedDown, config: RmaConfig): Payload {
  return { ...emptyPayload(config), containers: containerIds(containers), files };
}

/** Returns which services a plan of `down` removes, and which remain. */
export function downResult({ plan, containers }: PlannedDown): DownResult {
  const removed = plan.operations.flatMap((operation) =>
    operation.kind === 'remove-service' ? [operation.service] : [],
  );
  const kept = containers.map(({ service }) => service).filter((service) => !removed.includes(service));
  return { plan, removed, kept };
}
