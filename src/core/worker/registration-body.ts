import type { Registration } from '../domain/registration.ts';
import type { WorkerConfig } from '../domain/worker-config.ts';
import type { EngineStatus } from '../domain/worker-status.ts';

export interface WorkerReport {
  readonly state: Registration['state'];
  readonly engines: readonly EngineStatus[];
  /** RFC 3339, UTC */
  readonly startedAt: string;
}

/** Returns what the worker registers: its whole state, with the models of the engines that answer. */
export function registrationBody(
  config: WorkerConfig,
  { state, engines, startedAt }: WorkerReport,
): Registration {
  const answering = new Set(engines.filter((each) => each.state === 'ready').map((each) => each.service));
  const models = config.engines
    .filter((engine) => answering.has(engine.service))
    .flatMap((engine) =>
      engine.models.map((model) => ({
        name: model.name,
        ref: model.ref,
        engine: engine.engine,
        service: engine.service,
        endpoint: engine.endpoint,
      })),
    );
  const { worker: id, host, project, profile } = config;
  return { schema: 'rma.worker/v1', id, host, project, profile, state, models, startedAt };
}
