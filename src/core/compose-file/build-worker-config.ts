import type { PinnedModel } from '../domain/pinned-model.ts';
import { HEARTBEAT_SECONDS } from '../domain/registration.ts';
import type { SelectedProfile, SelectedService } from '../domain/selection.ts';
import type { EngineTarget, WorkerConfig } from '../domain/worker-config.ts';
import { publishedUrl } from './common-keys.ts';
import type { RenderInput } from './render-input.ts';
import { coordinatorUrl } from './worker-environment.ts';

/** The configuration of one profile's worker on this host. */
export function buildWorkerConfig(input: RenderInput, profile: SelectedProfile): WorkerConfig {
  const { config, host, selection } = input;
  return {
    schema: 'rma.worker-config/v1',
    worker: `${host}-${config.project}-${profile.name}`,
    host,
    project: config.project,
    profile: profile.name,
    models: profile.refs.map((ref) => pinnedModel(input, ref)),
    engines: selection.services
      .filter(({ service }) => profile.services.includes(service))
      .map((service) => engineTarget(input, service)),
    coordinator: { url: coordinatorUrl(input) },
    heartbeatSeconds: HEARTBEAT_SECONDS,
    drainSeconds: config.drainSeconds,
  };
}

/** The pinned model behind a reference of the selection. */
export function pinnedModel({ pinned }: RenderInput, ref: string): PinnedModel {
  const model = pinned.get(ref);
  if (model === undefined) throw new Error(`${ref} was not resolved`);
  return model;
}

function engineTarget(input: RenderInput, { service, engine, models }: SelectedService): EngineTarget {
  const { metricsPath: path, inFlightMetric: metric } = engine;
  const onGpu = (input.placement.get(service)?.devices ?? []).length > 0;
  return {
    service,
    engine: engine.name,
    url: `http://${service}:${engine.port}`,
    endpoint: publishedUrl(input, service),
    healthPath: engine.healthPath,
    modelsPath: engine.modelsPath,
    inFlight: path === null || metric === null ? null : { path, metric },
    // The worker finds receipts and the coordinator finds models by the canonical reference.
    loaded: engine.loadedPath === null ? null : { path: engine.loadedPath, on: onGpu ? 'gpu' : 'cpu' },
    models: models.map(({ ref, name, kind }) => ({ name, kind, ref: pinnedModel(input, ref).ref })),
  };
}
