import type { PinnedModel } from '../domain/pinned-model.ts';
import type { Fix, Problem } from '../domain/verification.ts';

/** A problem with the way in which it is repaired. */
export interface Repair {
  readonly problem: Problem;
  readonly fix: Fix;
}

/** What is repaired under one lease. */
export interface RepairTask {
  readonly reference: string;
  /** the model to fetch from; null: nothing is fetched */
  readonly model: PinnedModel | null;
  readonly repairs: readonly Repair[];
}

/** Returns what a repair does, model by model. Problems that rma cannot repair are left out. */
export function repairTasks(problems: readonly Problem[]): readonly RepairTask[] {
  const tasks = new Map<string, RepairTask>();
  for (const problem of problems) {
    const { fix, reference } = problem;
    if (fix === null) continue;
    const known = tasks.get(reference);
    const model = known?.model ?? (fix.kind === 'fetch' ? fix.model : null);
    const repairs = [...(known?.repairs ?? []), { problem, fix }];
    tasks.set(reference, { reference, model, repairs });
  }
  return [...tasks.values()];
}

/** Returns the bytes that a repair fetches; content that several files share is counted once. */
export function repairBytes(tasks: readonly RepairTask[]): number {
  return tasks.reduce((sum, task) => sum + taskBytes(task), 0);
}

/** Returns the bytes that one task fetches. */
export function taskBytes({ repairs }: RepairTask): number {
  const sizes = new Map<string, number>();
  for (const { fix } of repairs)
    if (fix.kind === 'fetch' && !fix.inPlace) sizes.set(fix.file.digest?.hex ?? fix.place, fix.file.bytes);
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}
