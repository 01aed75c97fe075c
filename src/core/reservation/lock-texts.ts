import type { HolderState, LockKey, LockOwner } from '../domain/lock.ts';
import { EXIT, RmaError } from '../errors.ts';
import { shell } from '../shell-quote.ts';

/** The holder of a lock as an error names it; null: it ended meanwhile, or another process was faster. */
export type Holder = { readonly owner: LockOwner | null; readonly state: HolderState } | null;

/** Returns what a lock protects: `project "box"`, `the reservation list of this Docker host`. */
export function lockedThing(key: LockKey): string {
  return key.kind === 'project' ? `project "${key.project}"` : 'the reservation list of this Docker host';
}

/** Returns who holds a lock: `rma up (user alice, host box, PID 4711) since 2026-01-02T03:04:05Z`. */
export function holderText(owner: LockOwner | null): string {
  if (owner === null) return 'another process';
  const { command, user, host, pid, since } = owner;
  const time = new Date(since).toISOString().replace(/\.\d+Z$/, 'Z');
  return withoutControls(`rma ${command} (user ${user}, host ${host}, PID ${pid}) since ${time}`);
}

/** Labels of volumes may contain anything. */
export function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, '?');
}

/** Returns what a command reports while it waits for a lock. */
export function waitingText(key: LockKey, holder: Holder): string {
  return `waiting for the lock of ${lockedThing(key)}, held by ${holderText(holder?.owner ?? null)}`;
}

/** Returns the error of a command that waited too long for a lock: RMA_LOCK_HELD (7). */
export function lockHeld(key: LockKey, holder: Holder): RmaError {
  const owner = holder?.owner ?? null;
  return new RmaError('RMA_LOCK_HELD', `${lockedThing(key)} is locked by ${holderText(owner)}`, {
    exitCode: EXIT.waitedTooLong,
    hint: `wait until it ends, or stop it; to list locks: rma lock status; if it no longer runs: ${releaseCommand(key)}`,
    details: { lock: key.kind, ...(owner !== null && { ...owner }) },
  });
}

/** Returns the command that releases a lock. */
export function releaseCommand(key: LockKey): string {
  return key.kind === 'project' ? shell`rma lock release -p ${key.project}` : 'rma lock release --planning';
}

/** Returns the error of a command whose lock another process took over: RMA_LOCK_LOST (1). */
export function lockLost(key: LockKey): RmaError {
  return new RmaError(
    'RMA_LOCK_LOST',
    `the lock of ${lockedThing(key)} was released or taken over by another command`,
    { exitCode: EXIT.failed, hint: 'run the command again; to see who holds the lock: rma lock status' },
  );
}
