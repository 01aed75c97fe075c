import type { Plan } from '../core/plan/plan-types.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { withProjectLock } from './lock/with-lock.ts';
import { planRollback, type RollbackRequest, rollbackTarget } from './plan-rollback.ts';
import { throwOnFault } from './throw-on-fault.ts';
import { applyPlan, type UpOptions } from './up.ts';

export interface RollbackResult {
  /** of the entry */
  readonly number: number;
  readonly plan: Plan;
}

/** Returns what `rollback` would do now. Changes nothing. @throws RmaError as rollbackTarget and planRollback, and of a check of the plan */
export async function previewRollback(
  host: Host,
  invocation: Invocation,
  request: RollbackRequest,
): Promise<RollbackResult> {
  const target = await rollbackTarget(host, request);
  const planned = await planRollback(host, invocation, target);
  throwOnFault(planned.plan.checks);
  return { number: target.entry.number, plan: planned.plan };
}

/**
 * Applies an entry of the history again and waits until every worker is ready. Holds the lock of the project meanwhile.
 * @throws RmaError RMA_LOCK_HELD (7), RMA_LOCK_LOST (1), or as rollbackTarget and planRollback
 */
export async function rollback(
  host: Host,
  invocation: Invocation,
  request: RollbackRequest & Pick<UpOptions, 'waitSeconds' | 'confirm' | 'show'>,
): Promise<RollbackResult> {
  // mistakes in the request are reported before the first question to Docker
  await rollbackTarget(host, request);
  const { project, stateDir } = request.config;
  return withProjectLock(host, invocation, {
    project,
    stateDir,
    command: 'rollback',
    work: async (locked, lock) => {
      const { entry, config } = await rollbackTarget(host, request);
      const { plan } = await applyPlan(host, locked, {
        ...request,
        config,
        lock,
        plan: async () => planRollback(host, locked, { entry, config }),
        rollbackTo: entry.number,
      });
      return { number: entry.number, plan };
    },
  });
}
