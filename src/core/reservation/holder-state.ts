import type { HolderState, LockOwner, ProcessIdentity } from '../domain/lock.ts';

/** A holder on another machine renews its lock this often. */
export const RENEW_MS = 20_000;

/** A lock of another machine that was not renewed for this long, by the engine's clock, is taken over. */
export const EXPIRES_MS = 120_000;

/** Where the process of a holder is: `here` its PID can be looked up, `ended` with an earlier boot of this machine. */
export type HolderPlace = 'here' | 'ended' | 'elsewhere';

/** Returns where a holder runs. The same PID in another PID namespace is another process, as in a container. */
export function holderPlace(owner: ProcessIdentity, self: ProcessIdentity): HolderPlace {
  const sameMachine = owner.host === self.host && owner.machine === self.machine;
  if (owner.boot !== self.boot) {
    return sameMachine && owner.boot !== null && self.boot !== null && self.machine !== null
      ? 'ended'
      : 'elsewhere';
  }
  if (owner.boot === null && !sameMachine) return 'elsewhere';
  return owner.pidNamespace === self.pidNamespace ? 'here' : 'elsewhere';
}

export interface HolderFacts {
  /** null: the labels of the lock are broken */
  readonly owner: LockOwner | null;
  readonly self: ProcessIdentity;
  /** whether the process runs, if it is here */
  readonly isRunning: boolean;
  /** time since the last renewal, by the engine's clock, milliseconds; negative if it was set back; null: unknown */
  readonly silentMs: number | null;
}

/** Returns whether a lock is held. One with broken labels is not. */
export function holderState({ owner, self, isRunning, silentMs }: HolderFacts): HolderState {
  if (owner === null) return 'ended';
  switch (holderPlace(owner, self)) {
    case 'here':
      return isRunning ? 'running' : 'ended';
    case 'ended':
      return 'ended';
    case 'elsewhere':
      return silentMs !== null && Math.abs(silentMs) >= EXPIRES_MS ? 'ended' : 'remote';
  }
}
