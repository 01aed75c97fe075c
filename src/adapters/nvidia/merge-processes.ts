import type { GpuProcess } from '../../core/domain/gpu.ts';
import { UNNAMED } from '../../core/gpu/process-name.ts';

/**
 * Returns each process of a GPU once: drivers list one that computes and draws twice, each time with all of its memory.
 * Processes without a readable pid stay apart; those of which nothing is known are left out.
 */
export function mergeProcesses(processes: readonly GpuProcess[]): readonly GpuProcess[] {
  const merged = new Map<string, GpuProcess>();
  for (const [at, process] of processes.entries()) {
    if (process.pid === null && process.memoryBytes === null && process.name === UNNAMED) continue;
    const key = process.pid === null ? `unknown ${at}` : `${process.pid} ${process.migIndex ?? ''}`;
    const known = merged.get(key);
    merged.set(key, known === undefined ? process : both(known, process));
  }
  return [...merged.values()];
}

function both(a: GpuProcess, b: GpuProcess): GpuProcess {
  const sizes = [a.memoryBytes, b.memoryBytes].filter((bytes) => bytes !== null);
  return {
    ...a,
    kind: kindOf(a.kind, b.kind),
    memoryBytes: sizes.length === 0 ? null : Math.max(...sizes),
  };
}

function kindOf(a: GpuProcess['kind'], b: GpuProcess['kind']): GpuProcess['kind'] {
  if (a === b || b === 'unknown') return a;
  return a === 'unknown' ? b : 'both';
}
