import type { Operation } from '../../core/plan/operation.ts';
import type { ExecutionTarget } from './execution.ts';
import { batchOf, drainUndoneBy, type HostRunner, openRunner } from './host-runner.ts';
import { type GroupsEnd, walkGroups } from './walk-groups.ts';

/** Hosts that work at the same time. */
const MAX_HOSTS = 10;

export interface HostsExecution {
  /** of one plan; `host` names the target of each */
  readonly operations: readonly Operation[];
  /** host → where its operations run; the signal of its invocation stops this host only */
  readonly targets: ReadonlyMap<string, ExecutionTarget>;
  /** stops all hosts */
  readonly signal: AbortSignal;
  /** most hosts that work at the same time (default 10) */
  readonly maxHosts?: number;
}

/** How the operations of one host ended. `notRun` lists the ids of those that did not run. */
export type HostOutcome =
  | { readonly host: string; readonly outcome: 'done' }
  | {
      readonly host: string;
      readonly outcome: 'failed';
      readonly error: unknown;
      readonly notRun: readonly string[];
    }
  | {
      readonly host: string;
      readonly outcome: 'not-run';
      /** what they wait for on another host */
      readonly reason: string;
      readonly notRun: readonly string[];
    };

/**
 * Executes one plan on several hosts. A failed operation stops its host and what follows it on others, and nothing else.
 * @returns the outcome of each target, in the order of the targets
 * @throws the signal's reason
 */
export async function executeHosts(request: HostsExecution): Promise<readonly HostOutcome[]> {
  const { operations, targets, signal, maxHosts = MAX_HOSTS } = request;
  const runners = new Map([...targets].map(([name, target]) => [name, runnerOf(target)]));
  try {
    const end = await walkGroups(operations, {
      groupOf: ({ host }) => host,
      maxGroups: maxHosts,
      batchOf,
      undoes: drainUndoneBy,
      run: (batch, stop) => runOnHost(runners, batch, stop),
      signal,
    });
    return [...targets.keys()].map((host) => outcomeOf(host, end));
  } finally {
    for (const { close } of runners.values()) close();
  }
}

/** Returns a runner that the signal of its target stops too. */
function runnerOf(target: ExecutionTarget): HostRunner {
  const { run, close } = openRunner(target);
  const { signal } = target.invocation;
  // one signal for all batches of a host: each combined one stays alive as long as its sources
  const combined = new Map<AbortSignal, AbortSignal>();
  return {
    run: async (batch, stop) => {
      signal.throwIfAborted();
      const both = combined.get(stop) ?? AbortSignal.any([stop, signal]);
      combined.set(stop, both);
      await run(batch, both);
    },
    close,
  };
}

async function runOnHost(
  runners: ReadonlyMap<string, HostRunner>,
  batch: readonly Operation[],
  stop: AbortSignal,
): Promise<void> {
  const host = batch[0]?.host ?? '';
  const runner = runners.get(host);
  if (runner === undefined) throw new Error(`the plan has operations for the unknown host ${host}`);
  await runner.run(batch, stop);
}

function outcomeOf(host: string, { failures, complete, notRun }: GroupsEnd<Operation>): HostOutcome {
  const left = notRun.filter((operation) => operation.host === host);
  const ids = left.map(({ id }) => id);
  if (failures.has(host)) return { host, outcome: 'failed', error: failures.get(host), notRun: ids };
  const [reason = ''] = left.flatMap(({ id, after }) => {
    const missing = after.find((each) => !ids.includes(each) && !complete.has(each));
    return missing === undefined
      ? []
      : [`"${id}" did not run: it follows "${missing}", which did not complete`];
  });
  return left.length === 0 ? { host, outcome: 'done' } : { host, outcome: 'not-run', reason, notRun: ids };
}
