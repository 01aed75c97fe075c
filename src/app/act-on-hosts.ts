import type { RmaConfig } from '../core/domain/config.ts';
import { mergePlans } from '../core/plan/merge-plans.ts';
import type { Plan } from '../core/plan/plan-types.ts';
import type { Invocation } from '../ports/invocation.ts';
import { executeHosts } from './execute/execute-hosts.ts';
import type { Payload } from './execute/execution.ts';
import { hostFault } from './execute/host-fault.ts';
import { hostReporter } from './hosts/host-reporter.ts';
import { type HostResult, onEach, onHosts, type ProjectHost } from './hosts/project-host.ts';
import { type HeldLocks, type SelectedHosts, withLockedHosts } from './hosts/with-locked-hosts.ts';

/** A command that plans for each host by itself. */
export interface HostsPlanning<P extends PlannedHostAction> extends SelectedHosts {
  /** plans for the hosts that responded */
  readonly plan: (hosts: readonly ProjectHost[]) => Promise<readonly HostResult<P>[]>;
}

export interface PlannedHostAction {
  readonly plan: Plan;
}

export interface HostsAction<P extends PlannedHostAction> extends HostsPlanning<P> {
  readonly command: 'down' | 'restart';
  readonly payload: (planned: P, config: RmaConfig) => Payload;
  /** called with the plan of all hosts before it is executed */
  readonly show: (plan: Plan) => void;
  /** called for each host whose operations are complete */
  readonly finish?: (own: ProjectHost) => Promise<void>;
}

/** What a command does on each of the selected hosts, in their order. */
export interface HostsActed<P> {
  /** of all hosts */
  readonly plan: Plan;
  readonly hosts: readonly HostResult<P>[];
}

/** Returns what a command would do on the selected hosts. Changes nothing. */
export async function planOnHosts<P extends PlannedHostAction>({
  selected,
  open,
  plan,
}: HostsPlanning<P>): Promise<HostsActed<P> & { readonly opened: ReadonlyMap<string, ProjectHost> }> {
  const results = await onHosts(selected, open);
  const opened = new Map(results.flatMap((each) => (each.ok ? [[each.host, each.value] as const] : [])));
  const planned = new Map((await plan([...opened.values()])).map((each) => [each.host, each]));
  const hosts = results.flatMap((each) => (each.ok ? (planned.get(each.host) ?? []) : [each]));
  const ok = hosts.flatMap((each) => (each.ok ? [{ host: each.host, plan: each.value.plan }] : []));
  return { plan: mergePlans(ok), hosts, opened };
}

/**
 * Executes one plan on the selected hosts, in parallel, while it holds the lock of the project on each of them. A host that fails
 * stops no other.
 * @throws RmaError RMA_LOCK_HELD (7)
 */
export async function actOnHosts<P extends PlannedHostAction>(
  invocation: Invocation,
  action: HostsAction<P>,
): Promise<HostsActed<P>> {
  const { config, selected, open, command } = action;
  const work = async (held: HeldLocks) => executeLocked(invocation, { ...action, ...held });
  return withLockedHosts(invocation, { config, selected, open, command, work });
}

async function executeLocked<P extends PlannedHostAction>(
  invocation: Invocation,
  action: HostsAction<P> & HeldLocks,
): Promise<HostsActed<P>> {
  const { locks, payload, show, finish, command } = action;
  const { plan, hosts, opened } = await planOnHosts(action);
  if (plan.operations.length > 0) show(plan);
  const targets = hosts.flatMap((each) => {
    const own = opened.get(each.host);
    if (!each.ok || own === undefined) return [];
    const signal = locks.get(each.host)?.signal ?? invocation.signal;
    const reporter = hostReporter(invocation.reporter, each.host);
    const target = {
      host: own.host,
      invocation: { ...invocation, signal, reporter },
      payload: payload(each.value, own.config),
    };
    return [[each.host, target] as const];
  });
  const outcomes = await executeHosts({
    operations: plan.operations,
    targets: new Map(targets),
    signal: invocation.signal,
  });
  const faults = new Map(outcomes.map((outcome) => [outcome.host, hostFault(outcome, command)]));
  const executed = hosts.map((each): HostResult<P> => {
    const error = faults.get(each.host) ?? null;
    return error === null ? each : { host: each.host, ok: false, error };
  });
  return { plan, hosts: await finished(executed, opened, finish) };
}

async function finished<P extends PlannedHostAction>(
  executed: readonly HostResult<P>[],
  opened: ReadonlyMap<string, ProjectHost>,
  finish: HostsAction<P>['finish'],
): Promise<readonly HostResult<P>[]> {
  if (finish === undefined) return executed;
  const complete = executed.flatMap((each) => (each.ok ? (opened.get(each.host) ?? []) : []));
  const ends = new Map((await onEach(complete, finish)).map((end) => [end.host, end]));
  return executed.map((each) => {
    const end = ends.get(each.host);
    return end === undefined || end.ok ? each : end;
  });
}
