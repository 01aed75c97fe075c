import type { EngineTarget } from '../../core/domain/worker-config.ts';
import type { Clock } from '../../ports/clock.ts';
import { watchConnection } from './connection-watch.ts';
import type { EngineProblem } from './engine-problem.ts';
import { verifyLoaded } from './verify-loaded.ts';

/** Pause after a fault: memory of the GPU may be freed later. */
const RETRY_AFTER_FAULT_MS = 60_000;
/** Pause after a temporary problem. */
const RETRY_MS = 5_000;

/**
 * Checks that engines that load models on demand have each model loaded where it was planned. Each start of an engine is
 * verified once, in the background, because loading takes minutes; an engine that keeps fewer models loaded than it
 * serves would swap them at every further check.
 */
export interface LoadedModels {
  /** Returns null if verified or not applicable. Starts the verification if there is none. Never waits. */
  check(engine: EngineTarget, signal: AbortSignal): EngineProblem | null;
  /** Drops the results of an engine that stopped responding. */
  forget(engine: EngineTarget): void;
}

interface Verification {
  /** null: verified */
  problem: EngineProblem | null;
  /** time of the next try on the monotonic clock; null while it runs and after it succeeded */
  retryAt: number | null;
  /** consecutive tries that did not succeed, this one included */
  readonly attempt: number;
  readonly end: () => void;
}

/** Returns the check; short requests time out after `deadlineMs` milliseconds. */
export function createLoadedModels(clock: Clock, deadlineMs: number): LoadedModels {
  const verifications = new Map<string, Verification>();
  const forget = ({ service }: EngineTarget) => {
    verifications.get(service)?.end();
    verifications.delete(service);
  };
  const begin = (engine: EngineTarget, attempt: number, signal: AbortSignal): Verification => {
    const stop = new AbortController();
    const end = () => stop.abort(new Error('the engine stopped responding'));
    const verification: Verification = {
      problem: { note: 'loading its models' },
      retryAt: null,
      attempt,
      end,
    };
    verifications.get(engine.service)?.end();
    verifications.set(engine.service, verification);
    const inner = AbortSignal.any([signal, stop.signal]);
    // Only the connection reveals an engine that restarts between two probes.
    watchConnection(engine.url, inner, () => {
      if (verifications.get(engine.service) === verification) forget(engine);
    });
    const report = (note: string) => {
      verification.problem = { note };
    };
    verifyLoaded(engine, { clock, deadlineMs, attempt, report, signal: inner }).then(
      (problem) => {
        verification.problem = problem;
        if (problem === null) return;
        const pauseMs = problem.fault === undefined ? RETRY_MS : RETRY_AFTER_FAULT_MS;
        verification.retryAt = clock.monotonic() + pauseMs;
      },
      () => undefined, // only an abort rejects: this verification is no longer read
    );
    return verification;
  };
  return {
    check(engine, signal) {
      if (engine.loaded === null) return null;
      const known = verifications.get(engine.service);
      if (known === undefined) return begin(engine, 1, signal).problem;
      if (known.retryAt === null || clock.monotonic() < known.retryAt) return known.problem;
      const { problem } = known;
      begin(engine, known.attempt + 1, signal);
      return problem;
    },
    forget,
  };
}
