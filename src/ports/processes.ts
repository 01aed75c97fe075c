import type { ProcessIdentity } from '../core/domain/lock.ts';

/** The processes of the machine that runs rma. */
export interface Processes {
  /** Returns the identity of this process. */
  self(): Promise<ProcessIdentity>;
  /** Returns whether a process of this machine runs, of any user. One that ended and is not reaped yet does not run. */
  isRunning(identity: Pick<ProcessIdentity, 'pid' | 'startTime'>): Promise<boolean>;
}
