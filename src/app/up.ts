import { RmaError } from '../core/errors.ts';
import type { Plan, PlanCheck } from '../core/plan/plan-types.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import type { PlacedServices } from './desired/place-services.ts';
import { apply } from './execute/apply.ts';
import { checkHostFolder } from './execute/prepare-host-folder.ts';
import { type PlannedUp, planUp, type UpRequest } from './plan-up.ts';

/** Where a service answers, on this machine. */
export interface Endpoint {
  readonly service: string;
  readonly url: string;
  /** names its API knows; empty for the coordinator */
  readonly models: readonly string[];
  /** path of the OpenAI chat endpoint; null where there is none */
  readonly chatPath: string | null;
}

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
  return { plan, placed: wanted.placed, changed, endpoints: endpoints(request, planned) };
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

function endpoints({ config }: UpRequest, { wanted }: PlannedUp): readonly Endpoint[] {
  const bySelection = new Map(wanted.selection.services.map((service) => [service.service, service]));
  return wanted.desired.stack.services.flatMap(({ name, port }) => {
    if (port === null) return [];
    const service = bySelection.get(name);
    return [
      {
        service: name,
        url: `http://${reachable(config.bind)}:${port}`,
        models: service?.models.map((model) => model.name) ?? [],
        chatPath: service?.engine.chatPath ?? null,
      },
    ];
  });
}

/** An address that listens everywhere is reached over loopback here. */
function reachable(bind: string): string {
  if (bind === '0.0.0.0') return '127.0.0.1';
  if (bind === '::') return '[::1]';
  return bind.includes(':') ? `[${bind}]` : bind;
}
