import type { RmaConfig } from '../../core/domain/config.ts';
import type { RmaError } from '../../core/errors.ts';
import type { LockContext } from '../lock/take-lock.ts';
import { type LockedHost, withHostLocks } from '../lock/with-host-locks.ts';
import type { ProjectLockRequest } from '../lock/with-lock.ts';
import { onHosts, type ProjectHost } from './project-host.ts';

/** The hosts that a command acts on. */
export interface SelectedHosts {
  readonly config: RmaConfig;
  /** their names, in the order of rma.yaml */
  readonly selected: readonly string[];
  readonly open: (name: string) => Promise<ProjectHost>;
}

/** The locks that a command holds, by host. */
export interface HeldLocks {
  readonly locks: ReadonlyMap<string, LockedHost>;
  /** fails for a host whose lock is not held */
  readonly open: SelectedHosts['open'];
}

interface LockedHostsRequest<T> extends SelectedHosts, Pick<ProjectLockRequest<never, T>, 'command'> {
  readonly work: (held: HeldLocks) => Promise<T>;
}

/**
 * Runs a command while it holds the lock of the project on each selected host that responds.
 * @throws RmaError RMA_LOCK_HELD (7), and those of `work`
 */
export async function withLockedHosts<T>(
  invocation: LockContext,
  { config, selected, open, command, work }: LockedHostsRequest<T>,
): Promise<T> {
  const opened = await onHosts(selected, open);
  const reached = opened.flatMap((result) => (result.ok ? [result.value] : []));
  const unreached = opened.flatMap((result) => (result.ok ? [] : [[result.host, result.error] as const]));
  return withHostLocks(invocation, {
    project: config.project,
    command,
    hosts: reached.map((each) => ({ host: each.host, stateDir: each.config.stateDir })),
    work: async (locks, faults) => work({ locks, open: unlessFailed(open, [...unreached, ...faults]) }),
  });
}

function unlessFailed(
  open: SelectedHosts['open'],
  failed: readonly (readonly [host: string, fault: RmaError])[],
): SelectedHosts['open'] {
  const faults = new Map(failed);
  return async (name) => {
    const fault = faults.get(name);
    if (fault !== undefined) throw fault;
    return open(name);
  };
}
