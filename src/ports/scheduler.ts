import type { SchedulePart, SchedulerKind } from '../core/schedule/schedule.ts';

/** One of the programs of a machine that run commands on a schedule. */
export interface Scheduler {
  readonly kind: SchedulerKind;
  /** Returns whether the machine has it. */
  isPresent(): Promise<boolean>;
  /** Returns where a part is, for people: a path, or what it is. */
  pathOf(file: string): string;
  /** Returns the parts of a schedule that exist, whoever wrote them. @throws RmaError RMA_SCHEDULE_FAILED (1) */
  read(name: string): Promise<readonly SchedulePart[]>;
  /** Returns whether an installed schedule is on; null if that cannot be determined. */
  isActive(name: string): Promise<boolean | null>;
  /** Writes the parts of a schedule and turns it on. Replaces one of the same name. @throws RmaError RMA_SCHEDULE_DENIED (3), RMA_SCHEDULE_FAILED (1) */
  install(name: string, parts: readonly SchedulePart[]): Promise<void>;
  /** Turns a schedule off and removes its parts. A missing one is not an error. @throws RmaError as install */
  remove(name: string): Promise<void>;
}
