import { RmaError } from '../core/errors.ts';
import type { Plan, PlanCheck } from '../core/plan/plan-types.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import type { PlacedServices } from './desired/place-services.ts';
import { type Endpoint, endpointsAfter } from './endpoints.ts';
import { apply } from './execute/apply.ts';
import { checkHostFolder } from './execute/prepare-host-folder.ts';
import { planUp, type UpRequest } from './plan-up.ts';

export interface UpResult {
  readonly plan: Plan;
  readonly placed: PlacedServices;
  /** false: everything was as desired already */
  readonly changed: boolean;
  readonly endpoints: readonly Endpoint[];
}

export interface UpOptions {
  /** how long engines may take to answer once the models are there */
  readonly waitSeconds: number;
  /** asked when the plan takes something away */
  readonly confirm: (plan: Plan) => Promise<void>;
  /** shows the plan before it is applied */
  readonly show: (plan: Plan) => void;
}

/** Makes the machine as desired and waits until every worker is ready. @throws RmaError of any part */
export async function up(
  host: Host,
  invocation: Invocation,
  request: UpRequest & UpOptions,
): Promise<UpResult> {
  const planned = await planUp(host, invocation, request);
  const { plan, wanted } = planned;
  throwOnFault(plan.checks);
  tellWarnings(invocation, plan.checks);
  await checkHostFolder(host, wanted.access);
  const changed = plan.operations.length > 0;
  if (changed) {
    request.show(plan);
    if (plan.operations.some(({ destructive }) => destructive)) await request.confirm(plan);
    await apply(host, invocation, {
      config: request.config,
      wanted,
      operations: plan.operations,
      waitSeconds: request.waitSeconds,
    });
  }
  const { containers } = planned;
  const { bind } = request.config;
  const endpoints = endpointsAfter({ wanted, operations: plan.operations, containers, bind });
  return { plan, placed: wanted.placed, changed, endpoints };
}

/** The first fault of a plan stops it; the others are told with it. */
export function throwOnFault(checks: readonly PlanCheck[]): void {
  const faults = checks.filter(({ level }) => level === 'error');
  const [first, ...rest] = faults;
  if (first === undefined) return;
  const details =
    rest.length === 0 ? first.details : { ...first.details, also: rest.map(({ message }) => message) };
  throw new RmaError(first.code, first.message, { exitCode: first.exitCode, hint: first.hint, details });
}

function tellWarnings({ reporter }: Pick<Invocation, 'reporter'>, checks: readonly PlanCheck[]): void {
  for (const { level, code, message, hint } of checks)
    if (level === 'warning') reporter.emit({ type: 'warning', code, text: message, hint });
}
