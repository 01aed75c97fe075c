import type { RmaConfig } from '../core/domain/config.ts';
import type { ServicePlacement } from '../core/domain/placement.ts';
import { shareOf } from '../core/fleet/placeholders.ts';
import type { Plan, PlanCheck } from '../core/plan/plan-types.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { type BootOffer, offerBoot } from './boot/offer-boot.ts';
import type { DesiredProject } from './desired/desired-state.ts';
import { type Endpoint, endpointsAfter } from './desired/endpoints.ts';
import type { PlacedServices } from './desired/place-services.ts';
import { readRequest } from './desired/read-request.ts';
import { executePlan } from './execute/execute-plan.ts';
import { containerIds, type Payload } from './execute/execution.ts';
import { checkHostDirectory } from './execute/host-directory.ts';
import { historyContent } from './history/history-content.ts';
import { recorded } from './history/record-history.ts';
import { type Reserved, reserve } from './lock/reserve.ts';
import type { TakenLock } from './lock/take-lock.ts';
import { withProjectLock } from './lock/with-lock.ts';
import { type PlannedUp, planUp, type UpRequest } from './plan-up.ts';
import { throwOnFault } from './throw-on-fault.ts';

export interface UpResult {
  readonly plan: Plan;
  readonly placed: PlacedServices;
  /** false: everything was as desired already */
  readonly changed: boolean;
  readonly endpoints: readonly Endpoint[];
  /** null: services use no GPUs, or it was offered before */
  readonly bootOffer: BootOffer | null;
}

export interface UpOptions {
  /** timeout for the engines to respond after the models are present, seconds */
  readonly waitSeconds: number;
  /** called with a plan that removes something the user may still need; rejects to stop */
  readonly confirm: (plan: Plan) => Promise<void>;
  /** called before the plan is executed */
  readonly show: (plan: Plan) => void;
  /** whether the caller can show `bootOffer` */
  readonly offersBoot: boolean;
}

/**
 * Applies the desired state and waits until every worker is ready. Holds the lock of the project meanwhile, and reserves what the
 * plan needs from its acceptance until its containers exist.
 * @throws RmaError RMA_LOCK_HELD (7), RMA_LOCK_LOST (1), or of any step
 */
export async function up(
  host: Host,
  invocation: Invocation,
  request: UpRequest & UpOptions,
): Promise<UpResult> {
  // mistakes in the request are reported before the first question to Docker
  await readRequest(host, invocation, request);
  const { project, stateDir } = request.config;
  return withProjectLock(host, invocation, {
    project,
    stateDir,
    command: 'up',
    work: async (locked, lock) => applyDesired(host, locked, { ...request, lock }),
  });
}

type LockedUp = UpRequest & UpOptions & { readonly lock: TakenLock };

async function applyDesired(host: Host, invocation: Invocation, request: LockedUp): Promise<UpResult> {
  const plan = async () => planUp(host, invocation, request);
  const planned = await applyPlan(host, invocation, { ...request, plan, rollbackTo: null });
  const { placed, desired, observed } = planned;
  const { operations } = planned.plan;
  const endpoints = endpointsAfter({
    stack: desired.stack,
    selection: placed.selection,
    operations,
    containers: observed.containers,
    bind: request.config.bind,
  });
  const bootOffer =
    request.offersBoot && usesGpus(placed.placement) ? await offerBoot(host, request.config) : null;
  return { plan: planned.plan, placed, changed: operations.length > 0, endpoints, bootOffer };
}

function usesGpus(placement: ReadonlyMap<string, ServicePlacement>): boolean {
  return [...placement.values()].some(({ devices }) => devices.length > 0);
}

/** A plan with everything that it takes to apply it. */
export interface ApplicablePlan extends Omit<PlannedUp, 'fleet' | 'checks' | 'placed'> {
  readonly placed: Pick<PlacedServices, 'selection' | 'placement'>;
}

export interface ApplyRequest<P> extends Pick<UpOptions, 'waitSeconds' | 'confirm' | 'show'> {
  readonly config: RmaConfig;
  /** of the project */
  readonly lock: TakenLock;
  /** makes the plan; called again if other projects changed their reservations in the meantime */
  readonly plan: () => Promise<P>;
  /** the entry of the history that it applies again; null for `up` */
  readonly rollbackTo: number | null;
}

/** Makes a plan, accepts it, reserves what it needs, executes it, and records it in the history. Returns the plan. */
export async function applyPlan<P extends ApplicablePlan>(
  host: Host,
  invocation: Invocation,
  request: ApplyRequest<P>,
): Promise<P> {
  const { config, rollbackTo } = request;
  const { planned, reserved } = await acceptPlan(host, invocation, request);
  const { operations } = planned.plan;
  try {
    const content = historyContent(planned, config);
    const payload = payloadOf(planned, request);
    const work = async () => executePlan(host, invocation, { operations, payload });
    if (operations.length > 0) await recorded(host, invocation, { config, content, rollbackTo, work });
  } finally {
    await reserved.release();
  }
  return planned;
}

interface Accepted<P> {
  readonly planned: P;
  readonly reserved: Reserved;
}

/** Plans until a plan is accepted; plans again if other projects changed their reservations in the meantime. */
async function acceptPlan<P extends ApplicablePlan>(
  host: Host,
  invocation: Invocation,
  request: ApplyRequest<P>,
): Promise<Accepted<P>> {
  const { project } = request.config;
  for (;;) {
    const planned = await request.plan();
    const { plan, observed, reserves } = planned;
    throwOnFault(plan.checks);
    showWarnings(invocation, plan.checks);
    await checkDirectories(host, planned);
    if (plan.operations.length > 0) request.show(plan);
    if (plan.operations.some(({ destructive }) => destructive)) await request.confirm(plan);
    const reserved = await reserve(host, invocation, {
      project,
      lock: request.lock,
      services: reserves,
      snapshot: observed,
    });
    if (reserved !== null) return { planned, reserved };
    const text = 'other projects changed their reservations meanwhile; planning again';
    invocation.reporter.emit({ type: 'log', level: 'info', text });
  }
}

export function payloadOf(
  { desired, access, secrets, placed, observed }: ApplicablePlan,
  { config, waitSeconds }: { readonly config: RmaConfig; readonly waitSeconds: number },
): Payload {
  const { files, models } = desired;
  return {
    config,
    containers: containerIds(observed.containers),
    files,
    secrets,
    models,
    placement: placed.placement,
    limits: limitsOf(placed),
    access,
    owner: access.owner,
    waitSeconds,
  };
}

function limitsOf({ selection, placement }: ApplicablePlan['placed']): Payload['limits'] {
  const limits = selection.services.map(({ service, context, utilization }) => {
    const assigned = placement.get(service);
    return [
      service,
      { context, utilization: utilization ?? (assigned === undefined ? null : shareOf(assigned)) },
    ] as const;
  });
  return new Map(limits);
}

/** Checks the host directories that containers mount. @throws RmaError RMA_STORE_* (3) */
export async function checkDirectories(
  host: Pick<Host, 'files'>,
  { desired, access }: Pick<DesiredProject, 'desired' | 'access'>,
): Promise<void> {
  for (const { holds, path } of desired.stack.directories) {
    await checkHostDirectory(host, { holds, path, owner: access.owner });
  }
}

export function showWarnings({ reporter }: Pick<Invocation, 'reporter'>, checks: readonly PlanCheck[]): void {
  for (const { level, code, message, hint } of checks)
    if (level === 'warning') reporter.emit({ type: 'warning', code, text: message, hint });
}
