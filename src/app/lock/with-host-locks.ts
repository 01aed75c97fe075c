import { EXIT, RmaError } from '../../core/errors.ts';
import { errorOnHost } from '../../core/hosts/host-error.ts';
import { shell } from '../../core/shell-quote.ts';
import type { Host } from '../../ports/host.ts';
import { HeldLock } from './held-lock.ts';
import { removeLeftovers } from './remove-leftovers.ts';
import { type LockContext, type TakenLock, takeLock } from './take-lock.ts';
import { PROJECT_WAIT_MS, type ProjectLockRequest } from './with-lock.ts';

/** A host whose lock of the project is held. */
export interface LockedHost {
  readonly lock: TakenLock;
  /** also aborted when the lock of this host is lost */
  readonly signal: AbortSignal;
}

export interface LockableHost {
  readonly host: Pick<Host, 'name' | 'engine' | 'files'>;
  readonly stateDir: string;
}

interface HostLocksRequest<T> extends Omit<ProjectLockRequest<never, T>, 'stateDir' | 'work'> {
  readonly hosts: readonly LockableHost[];
  /** gets the locks by host; a host whose connection failed is missing, with its fault */
  readonly work: (
    locks: ReadonlyMap<string, LockedHost>,
    faults: ReadonlyMap<string, RmaError>,
  ) => Promise<T>;
}

/**
 * Runs a command that changes a project on several hosts while no other such command of that project runs on any of them. The
 * locks are taken in the order of the names of the hosts, so that two commands never wait for each other.
 * @throws RmaError RMA_LOCK_HELD (7), RMA_HOST_SAME (2) for two hosts with one engine, and those of `work`
 */
export async function withHostLocks<T>(
  invocation: LockContext,
  { project, command, hosts, work }: HostLocksRequest<T>,
): Promise<T> {
  const key = { kind: 'project', project } as const;
  const held = new Map<string, HeldLock>();
  const faults = new Map<string, RmaError>();
  try {
    for (const { host, stateDir } of hosts.toSorted((a, b) => (a.host.name < b.host.name ? -1 : 1))) {
      try {
        const taken = await takeLock(host, invocation, {
          key,
          command,
          waitMs: PROJECT_WAIT_MS,
          // the lock of an engine is held by this command itself if another host has the same engine
          checkHolder: ({ nonce }) => refuseSame(held, host.name, nonce),
        });
        held.set(host.name, new HeldLock(host, invocation, taken));
        await removeLeftovers(host, stateDir);
      } catch (error) {
        if (!(error instanceof RmaError)) throw error;
        if (error.code === 'RMA_HOST_SAME') throw error;
        const named = errorOnHost(error, host.name);
        if (error.code === 'RMA_LOCK_HELD') throw named;
        faults.set(host.name, named);
      }
    }
    const locks = [...held].map(([name, lock]): [string, LockedHost] => {
      return [name, { lock: lock.taken, signal: AbortSignal.any([invocation.signal, lock.lost]) }];
    });
    return await work(new Map(locks), faults);
  } finally {
    await Promise.all([...held.values()].map(async (lock) => lock.release()));
  }
}

function refuseSame(held: ReadonlyMap<string, HeldLock>, name: string, nonce: string): void {
  const [same] = [...held].find(([, { taken }]) => taken.nonce === nonce) ?? [];
  if (same === undefined) return;
  throw new RmaError('RMA_HOST_SAME', `the hosts ${same} and ${name} have the same Docker Engine`, {
    exitCode: EXIT.usage,
    hint: shell`remove one of them from rma.yaml: rma hosts rm ${name}`,
    details: { hosts: [same, name] },
  });
}
