import type { EngineTarget } from '../../core/domain/worker-config.ts';
import { requestsInFlight } from '../../core/worker/in-flight.ts';
import { missingNames } from '../../core/worker/model-list.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EngineTrouble } from './engine-trouble.ts';
import { networkReason, sendRequest } from './http-request.ts';
import { createLoadedModels } from './loaded-models.ts';
import { withDeadline } from './with-deadline.ts';

export interface EngineProbe {
  /**
   * null when the engine answers, lists every model it should serve and, where it tells that, was seen to hold each of
   * them where it was planned. Returns within the deadline: what takes longer goes on beside the probes.
   */
  probe(engine: EngineTarget, signal: AbortSignal): Promise<EngineTrouble | null>;
  /** requests the engine works on; 0 for one that is gone or does not tell */
  inFlight(engine: EngineTarget, signal: AbortSignal): Promise<number>;
}

export function createEngineProbe(clock: Clock, deadlineMs: number): EngineProbe {
  const get = (engine: EngineTarget, path: string, signal: AbortSignal) =>
    withDeadline(clock, deadlineMs, signal, (inner) =>
      sendRequest({ method: 'GET', url: engine.url.replace(/\/+$/, '') + path, signal: inner }),
    );
  const loadedModels = createLoadedModels(clock, deadlineMs);
  return {
    async probe(engine, signal) {
      const silence = await answers(engine, (path) => get(engine, path, signal));
      if (silence !== null) {
        loadedModels.forget(engine);
        return { note: silence };
      }
      return loadedModels.look(engine, signal);
    },
    async inFlight(engine, signal) {
      if (engine.inFlight === null) return 0;
      try {
        const reply = await get(engine, engine.inFlight.path, signal);
        return reply.status === 200 ? requestsInFlight(reply.body, engine.inFlight.metric) : 0;
      } catch {
        // An engine that does not answer works on nothing that a wait could save.
        return 0;
      }
    },
  };
}

/** null when the engine is healthy and lists its models, else why not. */
async function answers(
  engine: EngineTarget,
  get: (path: string) => Promise<{ readonly status: number; readonly body: string }>,
): Promise<string | null> {
  try {
    const health = await get(engine.healthPath);
    if (health.status !== 200) return `${engine.healthPath} answered ${health.status}`;
    const models = await get(engine.modelsPath);
    if (models.status !== 200) return `${engine.modelsPath} answered ${models.status}`;
    const names = engine.models.map((model) => model.name);
    const missing = missingNames(models.body, names);
    return missing.length === 0 ? null : `${engine.modelsPath} does not list ${missing.join(', ')}`;
  } catch (error) {
    return networkReason(error);
  }
}
