/** A process, with what others on its machine need to check whether it is still running. */
export interface ProcessIdentity {
  /** host name */
  readonly host: string;
  /** of the installed system, as in /etc/machine-id; null: unknown */
  readonly machine: string | null;
  /** of the running kernel; null: unknown */
  readonly boot: string | null;
  /** PID namespace: the same PID is another process in another one; null: unknown */
  readonly pidNamespace: string | null;
  readonly pid: number;
  /** in clock ticks after boot: a later process with the same PID has another; null: unknown */
  readonly startTime: string | null;
  /** name of the user */
  readonly user: string;
}

/** The command that holds a lock. */
export interface LockOwner extends ProcessIdentity {
  /** `up`, `down`, `restart` or `rollback` */
  readonly command: string;
  /** when it took the lock, by the clock of its machine, milliseconds since the Unix epoch */
  readonly since: number;
}

/** What a lock protects: one project, or the reservations of all projects while a plan is accepted. */
export type LockKey = { readonly kind: 'project'; readonly project: string } | { readonly kind: 'planning' };

/** One volume of a lock. A holder renews its lock with a volume of the next generation. */
export interface LockClaim {
  readonly volume: string;
  readonly key: LockKey;
  /** from 1 */
  readonly generation: number;
  /** random, the same in every generation of one holder */
  readonly nonce: string;
  /** null: its labels are broken */
  readonly owner: LockOwner | null;
  /** by the clock of the engine's machine, milliseconds since the Unix epoch; null: unknown */
  readonly createdAt: number | null;
}

/** `running` on this machine; `remote`: on another one, and renewed lately; `ended`: the process is gone, or renews no more. */
export type HolderState = 'running' | 'remote' | 'ended';

/** What an accepted plan reserves for a service until its container exists. */
export interface PlannedReservation {
  readonly project: string;
  readonly service: string;
  /** UUIDs of GPUs and MIG devices */
  readonly devices: readonly string[];
  /** on each of them */
  readonly bytesPerGpu: number;
  readonly exclusive: boolean;
  /** RAM, bytes */
  readonly ramBytes: number;
}

/** A reservation with what keeps it valid when the command that made it ends without releasing it. */
export interface ReservedService extends Omit<PlannedReservation, 'project'> {
  /** the workers that download its models */
  readonly workers: readonly string[];
}

/** The reservations of one accepted plan: a volume with labels. */
export interface ReservationVolume {
  readonly volume: string;
  readonly project: string;
  /** of the project lock of the command that accepted the plan */
  readonly nonce: string;
  readonly owner: LockOwner | null;
  readonly services: readonly ReservedService[];
  /** by the clock of the engine's machine, milliseconds since the Unix epoch; null: unknown */
  readonly createdAt: number | null;
}
