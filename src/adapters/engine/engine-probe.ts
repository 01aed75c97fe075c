import type { EngineTarget } from '../../core/domain/worker-config.ts';
import { requestsInFlight } from '../../core/worker/in-flight.ts';
import { missingNames } from '../../core/worker/model-list.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EngineProblem } from './engine-problem.ts';
import { networkReason, sendRequest } from './http-request.ts';
import { createLoadedModels } from './loaded-models.ts';
import { withDeadline } from './with-deadline.ts';

export interface EngineProbe {
  /**
   * Returns null if the engine responds, lists every model it must serve and, if it reports this, has each of them loaded
   * where it was planned. Returns within the deadline; longer work continues in the background.
   */
  probe(engine: EngineTarget, signal: AbortSignal): Promise<EngineProblem | null>;
  /** Returns why the engine does not respond or does not list its models; null if it does. Loads nothing. */
  noResponse(engine: EngineTarget, signal: AbortSignal): Promise<string | null>;
  /** Returns the number of requests in progress; 0 if the engine is gone or does not report it. */
  inFlight(engine: EngineTarget, signal: AbortSignal): Promise<number>;
}

/** Returns a probe whose requests time out after `deadlineMs` milliseconds. */
export function createEngineProbe(clock: Clock, deadlineMs: number): EngineProbe {
  const get = (engine: EngineTarget, path: string, signal: AbortSignal) =>
    withDeadline({ clock, ms: deadlineMs, signal }, (inner) =>
      sendRequest({ method: 'GET', url: engine.url.replace(/\/+$/, '') + path, signal: inner }),
    );
  const noResponse = (engine: EngineTarget, signal: AbortSignal) =>
    notReadyReason(engine, (path) => get(engine, path, signal));
  const loadedModels = createLoadedModels(clock, deadlineMs);
  return {
    noResponse,
    async probe(engine, signal) {
      const reason = await noResponse(engine, signal);
      if (reason !== null) {
        loadedModels.forget(engine);
        return { note: reason };
      }
      return loadedModels.check(engine, signal);
    },
    async inFlight(engine, signal) {
      if (engine.inFlight === null) return 0;
      try {
        const reply = await get(engine, engine.inFlight.path, signal);
        return reply.status === 200 ? requestsInFlight(reply.body, engine.inFlight.metric) : 0;
      } catch {
        // An engine that does not respond has no request worth waiting for.
        return 0;
      }
    },
  };
}

/** Returns null if the engine is healthy and lists its models, if it has a list, else the reason. */
async function notReadyReason(
  engine: EngineTarget,
  get: (path: string) => Promise<{ readonly status: number; readonly body: string }>,
): Promise<string | null> {
  try {
    const health = await get(engine.healthPath);
    if (health.status !== 200) return `${engine.healthPath} returned ${health.status}`;
    if (engine.modelsPath === null) return null;
    const models = await get(engine.modelsPath);
    if (models.status !== 200) return `${engine.modelsPath} returned ${models.status}`;
    const names = engine.models.map((model) => model.name);
    const missing = missingNames(models.body, names);
    return missing.length === 0 ? null : `${engine.modelsPath} does not list ${missing.join(', ')}`;
  } catch (error) {
    return networkReason(error);
  }
}
