import type { Registration } from '../domain/registration.ts';
import type { WorkerConfig } from '../domain/worker-config.ts';
import type { EngineStatus } from '../domain/worker-status.ts';

/** What the worker tells a coordinator: its whole state, with the models of those engines only that answer. */
export function registrationBody(
  config: WorkerConfig,
  state: Registration['state'],
  engines: readonly EngineStatus[],
  startedAt: string,
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
