import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildCatalog } from '../../../src/core/profile/build-catalog.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { fleetInputOf } from '../../helpers/builders/render-builders.ts';
import { stackOf, workerConfigOf } from '../../helpers/builders/stack-of.ts';

/** A custom engine file of a user. */
const ENGINE = `image: registry.example/turbo:3.1.0
port: 4000
reads: [hf]
context: 2048
command: [serve, "{model}", --as, "{name}", --port, "{port}", --tokens, "{context}"]
environment:
  TURBO_PARALLEL: "{concurrency}"
health_path: /alive
models_path: /v1/models
metrics_path: /stats
in_flight_metric: turbo_running
health_test: [CMD, turbo, ping, "{port}"]
stop_grace: 45s
cache_path: /cache
`;
const MODELS = 'small: { ref: "hf:org/small", kind: chat }\n';
const PROFILE =
  'description: Mine\nservices:\n  - { engine: turbo, models: [small], concurrency: 3, gpus: 0 }\n';

describe('[req R02] an engine defined only by a YAML file', () => {
  const catalog = buildCatalog([
    { kind: 'engine', name: 'turbo', file: 'engines/turbo.yaml', text: ENGINE, own: true },
    { kind: 'models', name: 'models', file: 'profiles/models.yaml', text: MODELS, own: true },
    { kind: 'profile', name: 'mine', file: 'profiles/mine.yaml', text: PROFILE, own: true },
  ]);
  const input = fleetInputOf({ selection: selectServices(catalog, ['mine']) });

  it('is rendered as a service', () => {
    const { services } = parse(stackOf(input).text);
    expect(services['mine-turbo']).toMatchObject({
      image: 'registry.example/turbo:3.1.0',
      command: expect.arrayContaining(['serve', '--as', 'org/small', '--port', '4000', '--tokens', '2048']),
      environment: expect.objectContaining({ TURBO_PARALLEL: '3' }),
      healthcheck: expect.objectContaining({ test: ['CMD', 'turbo', 'ping', '4000'] }),
      stop_grace_period: '45s',
      ports: ['127.0.0.1:4000:4000'],
    });
  });

  it('keeps the command of its image if it has no arguments', () => {
    const text = ENGINE.replace(/command: .*/, 'command: []');
    const silent = buildCatalog([
      { kind: 'engine', name: 'turbo', file: 'engines/turbo.yaml', text, own: true },
      { kind: 'models', name: 'models', file: 'profiles/models.yaml', text: MODELS, own: true },
      { kind: 'profile', name: 'mine', file: 'profiles/mine.yaml', text: PROFILE, own: true },
    ]);
    const { services } = parse(stackOf(fleetInputOf({ selection: selectServices(silent, ['mine']) })).text);
    expect(services['mine-turbo']).not.toHaveProperty('command');
  });

  it('is probed and drained by the worker', () => {
    const { engines } = workerConfigOf(input, 'mine-worker');
    expect(engines).toMatchObject([
      {
        service: 'mine-turbo',
        engine: 'turbo',
        url: 'http://mine-turbo:4000',
        healthPath: '/alive',
        modelsPath: '/v1/models',
        inFlight: { path: '/stats', metric: 'turbo_running' },
        models: [{ ref: 'hf:org/small', name: 'org/small', kind: 'chat' }],
      },
    ]);
  });
});
