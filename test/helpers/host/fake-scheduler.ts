import type { SchedulePart, SchedulerKind } from '../../../src/core/schedule/schedule.ts';
import type { Scheduler } from '../../../src/ports/scheduler.ts';

/** A scheduler in memory; absent until `present` is set. */
export class FakeScheduler implements Scheduler {
  readonly kind: SchedulerKind;
  present = false;
  /** by name of the schedule */
  readonly installed = new Map<string, readonly SchedulePart[]>();
  active: boolean | null = true;
  /** installations and removals, in order */
  readonly changes: string[] = [];

  constructor(kind: SchedulerKind) {
    this.kind = kind;
  }

  async isPresent(): Promise<boolean> {
    return this.present;
  }

  pathOf(file: string): string {
    return `/${this.kind}/${file}`;
  }

  async read(name: string): Promise<readonly SchedulePart[]> {
    return (this.installed.get(name) ?? []).map(({ file, text }) => ({ file, text }));
  }

  async isActive(): Promise<boolean | null> {
    return this.active;
  }

  async install(name: string, parts: readonly SchedulePart[]): Promise<void> {
    this.installed.set(name, parts);
    this.active = true;
    this.changes.push(`install ${name}`);
  }

  async remove(name: string): Promise<void> {
    this.installed.delete(name);
    this.changes.push(`remove ${name}`);
  }
}
