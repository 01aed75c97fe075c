import type { EngineProblem } from '../../adapters/engine/engine-problem.ts';
import { requestAnswer } from '../../adapters/engine/request-answer.ts';
import type { EngineTarget } from '../../core/domain/worker-config.ts';
import type { Clock } from '../../ports/clock.ts';

/** How long the engine of a whole group may take to answer: the first request compiles kernels. */
const ANSWER_MS = 5 * 60_000;
const RETRY_MS = 2_000;

/** Requests answers in the background: a health check does not reach the other hosts of a group, a real request does. */
export interface GroupAnswers {
  /** Returns null once every model of the engine has answered. Starts the requests if there are none. Never waits. */
  check(engine: EngineTarget, signal: AbortSignal): EngineProblem | null;
  /** Whether an answer did not come within its deadline. */
  overdue(): boolean;
  /** Drops the answers: a host of the group was missing. */
  forget(): void;
}

export function createGroupAnswers(clock: Clock): GroupAnswers {
  let current: { problem: EngineProblem | null; overdue: boolean; readonly stop: AbortController } | null =
    null;
  const begin = (engine: EngineTarget, signal: AbortSignal) => {
    const stop = new AbortController();
    const started = {
      problem: { note: 'waiting for an answer' } as EngineProblem | null,
      overdue: false,
      stop,
    };
    const report = (problem: EngineProblem | null) => {
      started.problem = problem;
    };
    untilAnswered(engine, { clock, report, signal: AbortSignal.any([signal, stop.signal]) }).then(
      (answered) => {
        started.overdue = !answered;
      },
      () => undefined, // only an abort rejects: these answers are no longer read
    );
    return started;
  };
  return {
    check(engine, signal) {
      current ??= begin(engine, signal);
      return current.problem;
    },
    overdue: () => current?.overdue ?? false,
    forget() {
      current?.stop.abort(new Error('the group is not whole'));
      current = null;
    },
  };
}

interface Asking {
  readonly clock: Clock;
  readonly report: (problem: EngineProblem | null) => void;
  readonly signal: AbortSignal;
}

/** Returns whether every model answered within the deadline. @throws Error the signal's reason */
async function untilAnswered(engine: EngineTarget, { clock, report, signal }: Asking): Promise<boolean> {
  const deadline = clock.monotonic() + ANSWER_MS;
  for (const model of engine.models) {
    for (;;) {
      const deadlineMs = deadline - clock.monotonic();
      if (deadlineMs <= 0) return false;
      const reason = await requestAnswer(engine, model, { clock, deadlineMs, signal });
      if (reason === null) break;
      report({ note: `no answer of ${model.name}: ${reason}` });
      await clock.sleep(RETRY_MS, signal);
    }
  }
  report(null);
  return true;
}
