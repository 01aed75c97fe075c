import type {
  EngineStatus,
  ModelProgress,
  WorkerState,
  WorkerStatus,
} from '../../core/domain/worker-status.ts';
import { type ErrorDocument, type RmaError, toErrorDocument } from '../../core/errors.ts';
import { nextState, type WorkerInput } from '../../core/worker/worker-state.ts';
import type { Clock } from '../../ports/clock.ts';

/** The current status of the worker. The only place where its state changes. */
export interface StatusBoard {
  readonly status: WorkerStatus;
  input(input: Exclude<WorkerInput, 'fault'>): void;
  fail(error: RmaError): void;
  model(progress: ModelProgress): void;
  engines(engines: readonly EngineStatus[]): void;
  registered(registered: boolean): void;
  /** records the start of a successful round of probes and registration; milliseconds since the Unix epoch */
  confirmed(beganAtMs: number): void;
  /** calls the listener after each change, with the previous status; returns a function that removes it */
  listen(listener: (status: WorkerStatus, before: WorkerStatus) => void): () => void;
}

export interface BoardStart {
  readonly worker: string;
  readonly profile: string;
  readonly models: readonly ModelProgress[];
  readonly engines: readonly EngineStatus[];
}

/** Returns a board in the state `checking`. */
export function createStatusBoard(start: BoardStart, clock: Pick<Clock, 'now'>): StatusBoard {
  const listeners = new Set<(status: WorkerStatus, before: WorkerStatus) => void>();
  const instant = () => new Date(clock.now()).toISOString();
  let status: WorkerStatus = {
    schema: 'rma.worker-status/v1',
    ...start,
    state: 'checking',
    since: instant(),
    failure: null,
    registered: false,
  };
  const change = (part: Partial<WorkerStatus>) => {
    const before = status;
    status = { ...status, ...part };
    for (const listener of [...listeners]) listener(status, before);
  };
  const move = (state: WorkerState, failure: ErrorDocument | null) => {
    if (state !== status.state) change({ state, failure, since: instant() });
  };
  return {
    get status() {
      return status;
    },
    input: (input) => move(nextState(status.state, input), null),
    fail: (error) => move(nextState(status.state, 'fault'), toErrorDocument(error)),
    model(progress) {
      change({ models: status.models.map((each) => (each.ref === progress.ref ? progress : each)) });
    },
    engines(engines) {
      if (JSON.stringify(engines) !== JSON.stringify(status.engines)) change({ engines });
    },
    registered(registered) {
      if (registered !== status.registered) change({ registered });
    },
    confirmed(beganAtMs) {
      change({ confirmedAt: new Date(beganAtMs).toISOString() });
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
