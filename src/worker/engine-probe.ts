import type { EngineTarget } from '../core/model/worker-config.ts';
import { requestsInFlight } from '../core/worker/in-flight.ts';
import { missingNames } from '../core/worker/model-list.ts';
import type { Clock } from '../ports/clock.ts';
import { networkReason, sendRequest } from './http-request.ts';
import { withDeadline } from './with-deadline.ts';

/** What a probe found: null when the engine answers and lists every model it should serve, else why not. */
export type ProbeFault = string | null;

export interface EngineProbe {
  probe(engine: EngineTarget, signal: AbortSignal): Promise<ProbeFault>;
  /** requests the engine works on; 0 for one that is gone or does not tell */
  inFlight(engine: EngineTarget, signal: AbortSignal): Promise<number>;
}

export function createEngineProbe(clock: Clock, deadlineMs: number): EngineProbe {
  const get = (engine: EngineTarget, path: string, signal: AbortSignal) =>
    withDeadline(clock, deadlineMs, signal, (inner) =>
      sendRequest({ method: 'GET', url: engine.url.replace(/\/+$/, '') + path, signal: inner }),
    );
  return {
    async probe(engine, signal) {
      try {
        const health = await get(engine, engine.healthPath, signal);
        if (health.status !== 200) return `${engine.healthPath} answered ${health.status}`;
        const models = await get(engine, engine.modelsPath, signal);
        if (models.status !== 200) return `${engine.modelsPath} answered ${models.status}`;
        const names = engine.models.map((model) => model.name);
        const missing = missingNames(models.body, names);
        return missing.length === 0 ? null : `${engine.modelsPath} does not list ${missing.join(', ')}`;
      } catch (error) {
        return networkReason(error);
      }
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
