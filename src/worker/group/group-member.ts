import { acceptsConnections } from '../../adapters/engine/accepts-connections.ts';
import type { EngineProblem } from '../../adapters/engine/engine-problem.ts';
import type { GroupReport, GroupState } from '../../core/domain/group.ts';
import type { EngineTarget, WorkerConfig, WorkerGroup } from '../../core/domain/worker-config.ts';
import { NO_ENDS, observeEnds, reportedEnd } from '../../core/worker/end-pauses.ts';
import {
  engineGeneration,
  type GroupFiles,
  groupProblem,
  runningGeneration,
} from '../../core/worker/group-rules.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CoordinatorClient } from '../coordinator-client.ts';
import type { Log } from '../log/log.ts';
import { createGroupAnswers } from './group-answers.ts';
import type { GroupDirectory } from './group-directory.ts';

/** This host in its group. */
export interface GroupMember {
  /** service whose engine runs the part of this host */
  readonly service: string;
  /**
   * Reports to the coordinator, and has the engine start or stop as it requires. Without a response, all stays as it is.
   * @throws RmaError for a permanent refusal, RMA_GROUP_DIRECTORY; Error the signal's reason
   */
  exchange(signal: AbortSignal): Promise<void>;
  /** Returns why the engine of this host does not serve as a part of its group; null if it does. */
  problem(): string | null;
  /** Returns null once the engine of the head has answered a request since the group is whole. Never waits. */
  unanswered(engine: EngineTarget, signal: AbortSignal): EngineProblem | null;
}

export interface GroupParts {
  readonly config: WorkerConfig;
  readonly group: WorkerGroup;
  readonly directory: GroupDirectory;
  readonly client: Pick<CoordinatorClient, 'reportToGroup'>;
  readonly clock: Clock;
  /** in [0, 1) */
  readonly random: () => number;
  /** timeout of short requests, milliseconds */
  readonly deadlineMs: number;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

export function createGroupMember(parts: GroupParts): GroupMember {
  const { group, directory, client, log } = parts;
  const answers = createGroupAnswers(parts.clock);
  const part = createPart(parts);
  let state: GroupState | null = null;
  let running = 0;
  let warning: string | null = null;
  // the generation whose engine is stopped because it did not respond
  let stopped = 0;

  const follow = async (next: GroupState, files: GroupFiles): Promise<void> => {
    if (next.generation === state?.generation) {
      if (answers.overdue()) stopped = next.generation;
    } else {
      log.info(`group ${group.name}: generation ${next.generation}`);
      // they were requested in an earlier one
      answers.forget();
    }
    state = next;
    const wanted = stopped === next.generation ? 0 : engineGeneration(group, next, files);
    if (files.seen !== next.generation) await directory.write('seen', next.generation);
    if (files.generation !== wanted) await directory.write('generation', wanted);
  };
  const problem = () => groupProblem(group, state, running);
  /** Returns whether the generation has changed. */
  const report = async (signal: AbortSignal): Promise<boolean> => {
    const files = await directory.read();
    running = await part.running(files, signal);
    const answer = await client.reportToGroup(group, part.report(files, running), signal);
    signal.throwIfAborted();
    if (answer.kind === 'refused') throw answer.error;
    if (answer.kind === 'state') await follow(answer.state, files);
    const reason = answer.kind === 'state' ? null : answer.reason;
    if (reason !== null && reason !== warning) log.warn(`${reason}; retrying`);
    warning = reason;
    return answer.kind === 'state' && answer.state.generation !== files.seen;
  };
  return {
    service: group.service,
    problem,
    async exchange(signal) {
      // The other hosts wait for the report that this one has received the generation.
      if (await report(signal)) await report(signal);
      if (problem() !== null) answers.forget();
    },
    unanswered: (engine, signal) => answers.check(engine, signal),
  };
}

/** What this host does of the work of its group. */
function createPart({ config, group, clock, random, deadlineMs }: GroupParts) {
  let listening = 0;
  let ends = NO_ENDS;
  return {
    /** Returns the generation that runs; 0 while its program does not listen yet. */
    async running(files: GroupFiles, signal: AbortSignal): Promise<number> {
      const running = runningGeneration(files);
      if (running === 0 || running === listening) return running;
      const { listens } = group;
      if (listens !== null && !(await acceptsConnections(listens, { clock, ms: deadlineMs, signal })))
        return 0;
      listening = running;
      return running;
    },
    report(files: GroupFiles, running: number): GroupReport {
      const nowMs = clock.monotonic();
      ends = observeEnds(ends, files, { nowMs, random: random() });
      return {
        schema: 'rma.group/v1',
        id: config.worker,
        host: config.host,
        nodes: group.nodes,
        seen: files.seen,
        running,
        ended: reportedEnd(ends, files, nowMs),
      };
    },
  };
}
