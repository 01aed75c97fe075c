import type { PinnedFile, PinnedModel } from '../domain/pinned-model.ts';
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

/** Returns the bytes that a repair fetches at least; content that several files share is counted once. */
export function repairBytes(tasks: readonly RepairTask[]): number {
  return tasks.reduce((sum, { repairs }) => sum + bytesOf(repairs, leastBytes), 0);
}

/** Returns the size of the files that one task fetches, wholly or in part. */
export function taskBytes({ repairs }: RepairTask): number {
  return bytesOf(repairs, (_, file) => file.bytes);
}

/** Returns the bytes of a file that the repair of a problem fetches at least. */
export function leastBytes({ wrongPiece, wrongPieces }: Problem, { bytes }: PinnedFile): number {
  if (wrongPiece === undefined) return bytes;
  return (wrongPieces ?? [wrongPiece]).reduce((sum, [start, end]) => sum + end - start, 0);
}

function bytesOf(repairs: readonly Repair[], count: (problem: Problem, file: PinnedFile) => number): number {
  const sizes = new Map<string, number>();
  for (const { problem, fix } of repairs)
    if (fix.kind === 'fetch' && !fix.inPlace)
      sizes.set(fix.file.digest?.hex ?? fix.place, count(problem, fix.file));
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}
