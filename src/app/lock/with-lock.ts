import type { Host } from '../../ports/host.ts';
import { HeldLock } from './held-lock.ts';
import { removeLeftovers } from './remove-leftovers.ts';
import { type LockContext, type LockHost, type TakenLock, takeLock } from './take-lock.ts';

/** How long `up`, `down`, `restart` and `rollback` wait for each other. */
export const PROJECT_WAIT_MS = 10_000;

/** A plan is accepted in a moment; more than a few of them at once are rare. */
const PLANNING_WAIT_MS = 60_000;

export interface ProjectLockRequest<I, T> {
  readonly project: string;
  readonly stateDir: string;
  readonly command: 'up' | 'down' | 'restart' | 'rollback';
  /** `invocation.signal` is also aborted when the lock is lost */
  readonly work: (invocation: I, lock: TakenLock) => Promise<T>;
}

/**
 * Runs a command that changes a project while no other such command of that project runs.
 * @throws RmaError RMA_LOCK_HELD (7), RMA_LOCK_LOST (1), and those of `work`
 */
export async function withProjectLock<I extends LockContext, T>(
  host: Pick<Host, 'engine' | 'files'>,
  invocation: I,
  { project, stateDir, command, work }: ProjectLockRequest<I, T>,
): Promise<T> {
  const key = { kind: 'project', project } as const;
  const taken = await takeLock(host, invocation, { key, command, waitMs: PROJECT_WAIT_MS });
  const held = new HeldLock(host, invocation, taken);
  try {
    await removeLeftovers(host, stateDir);
    const signal = AbortSignal.any([invocation.signal, held.lost]);
    const result = await work({ ...invocation, signal }, taken);
    held.lost.throwIfAborted();
    return result;
  } catch (error) {
    throw held.lost.aborted ? held.lost.reason : error;
  } finally {
    await held.release();
  }
}

/** Runs a short task while no other process accepts a plan on this engine. @throws RmaError RMA_LOCK_HELD (7) */
export async function withPlanningLock<T>(
  host: LockHost,
  invocation: LockContext,
  { command, work }: { readonly command: string; readonly work: () => Promise<T> },
): Promise<T> {
  const key = { kind: 'planning' } as const;
  const taken = await takeLock(host, invocation, { key, command, waitMs: PLANNING_WAIT_MS });
  const held = new HeldLock(host, invocation, taken);
  try {
    return await work();
  } finally {
    await held.release();
  }
}
