import type { GroupReport, GroupState } from '../domain/group.ts';
import { LEASE_SECONDS } from '../domain/registration.ts';

/** Groups by name and size. In memory only: the workers report the generation, so it survives a restart. */
export type Groups = ReadonlyMap<string, Group>;

export const NO_GROUPS: Groups = new Map();

interface Group {
  readonly generation: number;
  readonly ranks: ReadonlyMap<number, Rank>;
  /** until then, a missing rank may only not have reported yet; monotonic milliseconds */
  readonly graceEndsAtMs: number;
}

const NEW_GROUP: Group = { generation: 0, ranks: new Map(), graceEndsAtMs: 0 };

interface Rank {
  readonly report: GroupReport;
  /** monotonic milliseconds */
  readonly expiresAtMs: number;
  /** whether it has received the generation of the group */
  readonly informed: boolean;
}

export interface RankReport {
  readonly name: string;
  readonly rank: number;
  readonly report: GroupReport;
}

/** The result of a report. */
export type ReportResult =
  | {
      readonly kind: 'state';
      readonly groups: Groups;
      readonly state: GroupState;
      /** whether the report has begun this generation */
      readonly begins: boolean;
    }
  /** the coordinator has just started, and not all running hosts of the group have reported yet */
  | { readonly kind: 'not-ready'; readonly groups: Groups }
  /** another worker has this rank */
  | { readonly kind: 'taken'; readonly by: string };

const LEASE_MS = LEASE_SECONDS * 1000;

/**
 * Adds the report of one rank. The first generation begins when all ranks are present, and the next one when all are present
 * and the program of one of them has ended, or was lost with its container or host.
 */
export function addReport(groups: Groups, { name, rank, report }: RankReport, nowMs: number): ReportResult {
  // Another number of hosts is another group, whose hosts replace those of this one.
  const key = `${name}/${report.nodes}`;
  const current = withoutSilent(groups, nowMs);
  const before = current.get(key) ?? NEW_GROUP;
  const known = before.ranks.get(rank);
  if (known !== undefined && known.report.id !== report.id && known.expiresAtMs > nowMs) {
    return { kind: 'taken', by: known.report.id };
  }
  const reported = withReport(before, { rank, report }, nowMs);
  const group = advance(reported, report.nodes, nowMs);
  const result = new Map(current).set(key, group);
  if (presentRanks(group, nowMs).length < report.nodes && nowMs < group.graceEndsAtMs) {
    return { kind: 'not-ready', groups: result };
  }
  const begins = group.generation > reported.generation;
  return { kind: 'state', groups: result, state: stateOf(group, nowMs), begins };
}

function stateOf(group: Group, nowMs: number): GroupState {
  const { generation, ranks } = group;
  const present = presentRanks(group, nowMs);
  const isRunning = (rank: number) => generation > 0 && ranks.get(rank)?.report.running === generation;
  return {
    generation,
    present,
    running: present.filter(isRunning),
    stale: ascending([...ranks].filter(([, { report }]) => isStale(report, generation))),
  };
}

function isStale({ seen, running }: GroupReport, generation: number): boolean {
  return seen !== generation || (running > 0 && running !== generation);
}

/** Groups without a present rank are removed, so that memory stays bounded. */
function withoutSilent(groups: Groups, nowMs: number): Groups {
  const isPresent = (group: Group) => presentRanks(group, nowMs).length > 0;
  return new Map([...groups].filter(([, group]) => isPresent(group)));
}

function withReport(before: Group, { rank, report }: Omit<RankReport, 'name'>, nowMs: number): Group {
  const group = report.seen > before.generation ? resumed(before, report.seen, nowMs) : before;
  const { generation } = group;
  const known = group.ranks.get(rank);
  const wasInformed = known?.informed === true && known.report.id === report.id;
  const informed = generation > 0 && (report.seen === generation || wasInformed);
  const entry = { report, expiresAtMs: nowMs + LEASE_MS, informed };
  return { ...group, ranks: new Map(group.ranks).set(rank, entry) };
}

/** The group that runs already: the coordinator was restarted. */
function resumed({ ranks }: Group, generation: number, nowMs: number): Group {
  return { generation, ranks: uninformed(ranks), graceEndsAtMs: nowMs + LEASE_MS };
}

function uninformed(ranks: Group['ranks']): Group['ranks'] {
  return new Map([...ranks].map(([rank, each]) => [rank, { ...each, informed: false }]));
}

function advance(group: Group, nodes: number, nowMs: number): Group {
  if (presentRanks(group, nowMs).length < nodes) return group;
  if (group.generation > 0 && ![...group.ranks].some(([rank, each]) => hasEnded(group, rank, each)))
    return group;
  return { ...group, generation: group.generation + 1, ranks: uninformed(group.ranks) };
}

/** The directory of a rank is in memory, and empty after a restart of its host or of both its containers. */
function hasEnded({ generation, ranks }: Group, rank: number, { report, informed }: Rank): boolean {
  if (report.ended === generation) return true;
  if (report.seen > 0) return false;
  // the head starts only when the programs of all other ranks run
  return informed || (rank !== 0 && ranks.get(0)?.report.running === generation);
}

function presentRanks({ ranks }: Group, nowMs: number): readonly number[] {
  return ascending([...ranks].filter(([, { expiresAtMs }]) => expiresAtMs > nowMs));
}

function ascending(ranks: readonly (readonly [number, Rank])[]): readonly number[] {
  return ranks.map(([rank]) => rank).sort((a, b) => a - b);
}
