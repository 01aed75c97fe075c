import type { GroupState } from '../domain/group.ts';
import type { WorkerGroup } from '../domain/worker-config.ts';

/** The numbers that worker and engine container of a host share; 0: none yet. */
export interface GroupFiles {
  /** the last generation that the worker received from the coordinator */
  readonly seen: number;
  /** what the engine must run, written by the worker */
  readonly generation: number;
  /** the last generation whose program was started, written by the engine container */
  readonly running: number;
  /** the last one whose program ended, written by the engine container */
  readonly ended: number;
}

/** Returns the generation whose program runs on this host; 0: none. */
export function runningGeneration({ running, ended }: GroupFiles): number {
  return running === ended ? 0 : running;
}

/**
 * Returns the generation that the engine of this host must run; 0: none. A member starts when all hosts are present and no
 * program of an earlier generation is left, the head when all members run.
 */
export function engineGeneration(group: WorkerGroup, state: GroupState, files: GroupFiles): number {
  const { generation, present, running, stale } = state;
  if (files.generation === generation) return generation;
  const isReady = (rank: number) =>
    group.rank === 0 ? running.includes(rank) : present.includes(rank) && !stale.includes(rank);
  return others(group).every(isReady) ? generation : 0;
}

/**
 * Returns why the engine of this host cannot serve its part of the model, in one line; null if it can. The head serves only
 * while all hosts run. @param running the generation whose program runs on this host
 */
export function groupProblem(group: WorkerGroup, state: GroupState | null, running: number): string | null {
  if (state === null) return 'waiting for the coordinator';
  const missing = others(group).filter((rank) => !state.present.includes(rank));
  const runs = running > 0 && running === state.generation;
  if (group.rank === 0 || !runs) {
    if (missing.length > 0) return `waiting for ${hostsOf(group, missing)}`;
    const idle = group.rank === 0 ? others(group).filter((rank) => !state.running.includes(rank)) : [];
    if (idle.length > 0) return `the engine is not running on ${hostsOf(group, idle)}`;
  }
  return runs ? null : 'the engine is not running';
}

function others({ rank: own, nodes }: WorkerGroup): readonly number[] {
  return Array.from({ length: nodes }, (_, rank) => rank).filter((rank) => rank !== own);
}

function hostsOf({ hosts }: WorkerGroup, ranks: readonly number[]): string {
  const names = ranks.map((rank) => `${hosts[rank]} (rank ${rank})`);
  return `host${names.length === 1 ? '' : 's'} ${names.join(', ')}`;
}
