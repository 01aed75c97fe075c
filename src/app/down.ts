import type { Plan } from '../core/plan/plan-types.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { executePlan } from './execute/execute-plan.ts';
import { containerIds, emptyPayload } from './execute/execution.ts';
import { type DownRequest, type PlannedDown, planDown } from './plan-down.ts';

export interface DownResult {
  readonly plan: Plan;
  readonly removed: readonly string[];
  /** services that remain: those of other profiles, and the engines they share */
  readonly kept: readonly string[];
}

/** Drains the workers, and stops and removes their services. Models and volumes stay. @throws RmaError as planDown */
export async function down(
  host: Pick<Host, 'name' | 'engine' | 'docker' | 'files' | 'caller'>,
  invocation: Pick<Invocation, 'catalog' | 'workerImage' | 'clock' | 'reporter' | 'signal' | 'environment'>,
  request: DownRequest,
): Promise<DownResult> {
  const planned = await planDown(host, invocation, request);
  const { containers, files } = planned;
  const payload = { ...emptyPayload(request.config), containers: containerIds(containers), files };
  await executePlan(host, invocation, { operations: planned.plan.operations, payload });
  return downResult(planned);
}

/** Returns which services a plan of `down` removes, and which remain. */
export function downResult({ plan, containers }: PlannedDown): DownResult {
  const removed = plan.operations.flatMap((operation) =>
    operation.kind === 'remove-service' ? [operation.service] : [],
  );
  const kept = containers.map(({ service }) => service).filter((service) => !removed.includes(service));
  return { plan, removed, kept };
}
