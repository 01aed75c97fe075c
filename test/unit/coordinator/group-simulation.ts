import { addReport, type Groups, NO_GROUPS } from '../../../src/core/coordinator/groups.ts';
import type { GroupState } from '../../../src/core/domain/group.ts';
import type { WorkerGroup } from '../../../src/core/domain/worker-config.ts';
import { type EndPauses, NO_ENDS, observeEnds, reportedEnd } from '../../../src/core/worker/end-pauses.ts';
import {
  engineGeneration,
  type GroupFiles,
  groupProblem,
  runningGeneration,
} from '../../../src/core/worker/group-rules.ts';

export type Fault =
  | 'program ends'
  | 'engine container restarts'
  | 'worker restarts'
  | 'host restarts'
  | 'report lost'
  | 'response lost'
  | 'coordinator restarts';

const EMPTY: GroupFiles = { seen: 0, generation: 0, running: 0, ended: 0 };
const ROUND_MS = 2_000;

interface Host {
  files: GroupFiles;
  ends: EndPauses;
  state: GroupState | null;
}

/** A group whose hosts and coordinator follow the rules of rma; what the script of an engine container does is imitated. */
export class SimulatedGroup {
  readonly #hosts: readonly Host[];
  #groups: Groups = NO_GROUPS;
  #nowMs = 0;
  /** starts beside a program of another generation, and of the head before all others */
  readonly early: string[] = [];

  constructor(nodes: number) {
    this.#hosts = Array.from({ length: nodes }, () => ({ files: EMPTY, ends: NO_ENDS, state: null }));
  }

  /** One round of reports, in which each fault happens to its rank before the report of that rank. */
  round(faults: readonly { readonly fault: Fault; readonly rank: number }[] = []): void {
    this.#nowMs += ROUND_MS;
    this.#hosts.forEach((host, rank) => {
      const own = faults.filter((each) => each.rank % this.#hosts.length === rank).map(({ fault }) => fault);
      for (const fault of own) this.#happen(host, fault);
      this.#report(host, rank, own);
      this.#runScript(host, rank);
    });
  }

  /** the generation that runs on each host */
  get running(): readonly number[] {
    return this.#hosts.map(({ files }) => runningGeneration(files));
  }

  /** why the head does not serve; null if it does */
  get problem(): string | null {
    const head = this.#hosts[0]!;
    return groupProblem(this.#part(0), head.state, runningGeneration(head.files));
  }

  #happen(host: Host, fault: Fault): void {
    if (fault === 'coordinator restarts') this.#groups = NO_GROUPS;
    if (fault === 'worker restarts') [host.ends, host.state] = [NO_ENDS, null];
    if (fault === 'host restarts') [host.ends, host.state, host.files] = [NO_ENDS, null, EMPTY];
    if (fault === 'program ends' || fault === 'engine container restarts') {
      host.files = { ...host.files, ended: host.files.running };
    }
  }

  #report(host: Host, rank: number, faults: readonly Fault[]): void {
    const { files } = host;
    host.ends = observeEnds(host.ends, files, { nowMs: this.#nowMs, random: 0.5 });
    if (faults.includes('report lost')) return;
    const report = {
      schema: 'rma.group/v1' as const,
      id: `h${rank}-demo-large`,
      host: `h${rank}`,
      nodes: this.#hosts.length,
      seen: files.seen,
      running: runningGeneration(files),
      ended: reportedEnd(host.ends, files, this.#nowMs),
    };
    const result = addReport(this.#groups, { name: 'demo-large', rank, report }, this.#nowMs);
    if (result.kind === 'taken') throw new Error(result.by);
    this.#groups = result.groups;
    if (result.kind === 'not-ready' || faults.includes('response lost')) return;
    host.state = result.state;
    const generation = engineGeneration(this.#part(rank), result.state, files);
    host.files = { ...files, seen: result.state.generation, generation };
  }

  #runScript(host: Host, rank: number): void {
    const { files } = host;
    if (files.generation === runningGeneration(files)) return;
    const ended = { ...files, ended: files.running };
    const starts = files.generation !== 0 && files.generation !== files.running;
    host.files = starts ? { ...ended, running: files.generation } : ended;
    if (!starts) return;
    const others = this.running.filter((_, each) => each !== rank);
    const { generation } = files;
    if (others.some((each) => each !== 0 && each !== generation))
      this.early.push(`${rank} starts ${generation}`);
    if (rank === 0 && (host.state?.running.length ?? 0) < others.length)
      this.early.push(`head starts ${generation}`);
  }

  #part(rank: number): WorkerGroup {
    const hosts = this.#hosts.map((_, each) => `h${each}`);
    return { name: 'demo-large', rank, nodes: hosts.length, service: 'large-engine', hosts, listens: null };
  }
}
