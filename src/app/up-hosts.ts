import { CanceledError, RmaError } from '../core/errors.ts';
import { errorOnHost } from '../core/hosts/host-error.ts';
import type { Plan } from '../core/plan/plan-types.ts';
import type { Certificates } from '../ports/certificates.ts';
import type { Invocation } from '../ports/invocation.ts';
import { type Endpoint, endpointsAfter } from './desired/endpoints.ts';
import { distributePlanned } from './distribute-planned.ts';
import { executeHosts } from './execute/execute-hosts.ts';
import type { ExecutionTarget, Payload } from './execute/execution.ts';
import { hostFault } from './execute/host-fault.ts';
import { historyContent } from './history/history-content.ts';
import { startRecords } from './history/record-hosts.ts';
import { hostReporter } from './hosts/host-reporter.ts';
import { imagePushes } from './hosts/image-sources.ts';
import { type HeldLocks, withLockedHosts } from './hosts/with-locked-hosts.ts';
import { type Reserved, reserve } from './lock/reserve.ts';
import { projectFiles } from './observe/project-files.ts';
import { type HostsRequest, type PlannedHost, type PlannedHosts, planHosts } from './plan-hosts.ts';
import { payloadOf, showWarnings, type UpOptions } from './up.ts';

/** What `up` did on one host. */
export interface HostUp {
  readonly host: string;
  /** false: everything was as desired already, except for what the host records of the plan */
  readonly changed: boolean;
  readonly endpoints: readonly Endpoint[];
  /** null: all went well */
  readonly error: RmaError | null;
}

export interface HostsUpResult {
  readonly plan: Plan;
  /** one of each selected host that has a part in the plan, or a fault */
  readonly hosts: readonly HostUp[];
  readonly planned: PlannedHosts;
}

export interface HostsUpRequest extends HostsRequest, Omit<UpOptions, 'offersBoot'> {
  /** for the servers from which hosts fetch models of each other; null: each downloads its own */
  readonly certificates: Certificates | null;
}

/**
 * Applies the desired state on several hosts and waits until their workers are ready. Holds the lock of the project on each of them
 * meanwhile. A host that fails stops no other.
 * @throws RmaError RMA_LOCK_HELD (7), and as planHosts
 */
export async function upHosts(invocation: Invocation, request: HostsUpRequest): Promise<HostsUpResult> {
  return withLockedHosts(invocation, {
    ...request,
    command: 'up',
    work: async (held) => applyDesired(invocation, { ...request, ...held }),
  });
}

type LockedRequest = HostsUpRequest & HeldLocks;

async function applyDesired(invocation: Invocation, request: LockedRequest): Promise<HostsUpResult> {
  const { certificates } = request;
  const { planned, reserved, faults } = await acceptPlan(invocation, request);
  const { plan } = planned;
  try {
    const { hosts } = planned;
    const changing = hosts.filter(
      (each) => !faults.has(each.host.name) && each.planned.plan.operations.length > 0,
    );
    const records = await startRecords(
      invocation,
      changing.map(({ host, config, planned: own }) => ({
        host,
        config,
        content: historyContent(own, config),
      })),
    );
    const lost = new Map([...faults, ...records.faults]);
    if (certificates !== null) {
      await distributePlanned(invocation, {
        hosts: hosts.filter(({ host }) => !lost.has(host.name)),
        certificates,
      });
    }
    const work = { ...request, lost, pushes: imagePushes(planned.sources, request) };
    const outcomes = await executeHosts({
      operations: plan.operations,
      targets: new Map(hosts.map((each) => [each.host.name, targetOf(invocation, each, work)])),
      signal: invocation.signal,
    });
    const errors = new Map(outcomes.map((outcome) => [outcome.host, hostFault(outcome, 'up')]));
    await records.finish(errors);
    const started = hosts.filter(({ host }) => !lost.has(host.name));
    const applied = started.map((each) => hostUp(each, errors.get(each.host.name) ?? null));
    const failed = [...planned.faults, ...lost].map(([host, error]): HostUp => {
      return { host, changed: false, endpoints: [], error };
    });
    return { plan, planned, hosts: inOrder(request.selected, [...applied, ...failed]) };
  } finally {
    await Promise.all(reserved.map(async (each) => each.release()));
  }
}

function inOrder(names: readonly string[], hosts: readonly HostUp[]): readonly HostUp[] {
  return names.flatMap((name) => hosts.filter(({ host }) => host === name));
}

interface Accepted extends Reservations {
  readonly planned: PlannedHosts;
}

/** Plans until a plan is accepted; plans again if other projects changed their reservations in the meantime. */
async function acceptPlan(invocation: Invocation, request: LockedRequest): Promise<Accepted> {
  for (;;) {
    const planned = await planHosts(invocation, request);
    const { plan, hosts } = planned;
    showWarnings(invocation, plan.checks);
    if (plan.operations.length > 0) request.show(plan);
    if (plan.operations.some(({ destructive }) => destructive)) await request.confirm(plan);
    const reservations = await reserveAll(invocation, hosts, request);
    if (reservations !== null) return { planned, ...reservations };
    const text = 'other projects changed their reservations meanwhile; planning again';
    invocation.reporter.emit({ type: 'log', level: 'info', text });
  }
}

interface Reservations {
  readonly reserved: readonly Reserved[];
  /** host → why nothing could be reserved: nothing happens there */
  readonly faults: ReadonlyMap<string, RmaError>;
}

/** Reserves on every host; null, with nothing reserved, if other reservations changed on one of them. */
async function reserveAll(
  invocation: Invocation,
  hosts: readonly PlannedHost[],
  { config, locks }: LockedRequest,
): Promise<Reservations | null> {
  const reserved: Reserved[] = [];
  const faults = new Map<string, RmaError>();
  const release = async () => void (await Promise.all(reserved.map(async (each) => each.release())));
  for (const { host, planned } of hosts) {
    const lock = locks.get(host.name)?.lock;
    if (lock === undefined) throw new Error(`the lock of ${host.name} is not held`);
    try {
      const own = await reserve(host, invocation, {
        project: config.project,
        lock,
        services: planned.reserves,
        snapshot: planned.observed,
      });
      if (own === null) {
        await release();
        return null;
      }
      reserved.push(own);
    } catch (error) {
      if (!(error instanceof RmaError) || error instanceof CanceledError) {
        await release();
        throw error;
      }
      faults.set(host.name, errorOnHost(error, host.name));
    }
  }
  return { reserved, faults };
}

interface TargetRequest extends LockedRequest, Pick<Payload, 'pushes'> {
  /** host → why nothing can happen there */
  readonly lost: ReadonlyMap<string, RmaError>;
}

function targetOf(
  invocation: Invocation,
  { host, planned, config }: PlannedHost,
  { locks, waitSeconds, pushes, lost }: TargetRequest,
): ExecutionTarget {
  // what other hosts wait for on a lost one does not happen
  const fault = lost.get(host.name);
  const signal = fault === undefined ? locks.get(host.name)?.signal : AbortSignal.abort(fault);
  return {
    host,
    invocation: {
      ...invocation,
      signal: signal ?? invocation.signal,
      reporter: hostReporter(invocation.reporter, host.name),
    },
    payload: { ...payloadOf(planned, { config, waitSeconds }), pushes },
  };
}

function hostUp({ host, planned, config }: PlannedHost, error: RmaError | null): HostUp {
  const { plan, desired, placed, observed } = planned;
  return {
    host: host.name,
    changed: plan.operations.some(
      (each) => each.kind !== 'write-file' || each.path !== projectFiles(config).state,
    ),
    endpoints:
      error === null
        ? endpointsAfter({
            stack: desired.stack,
            selection: placed.selection,
            operations: plan.operations,
            containers: observed.containers,
            bind: config.bind,
          })
        : [],
    error,
  };
}
