import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { createEngineProbe } from '../../src/adapters/engine/engine-probe.ts';
import type { EngineProblem } from '../../src/adapters/engine/engine-problem.ts';
import type { EngineTarget, ServedModel } from '../../src/core/domain/worker-config.ts';
import { judgeHome } from '../helpers/judges/judges.ts';
import { startOllama } from '../helpers/judges/ollama-server.ts';
import { testFetcher } from '../helpers/store/store-fixture.ts';
import { startHub } from '../hub/hub.ts';
import { tinyOllamaChat, tinyOllamaEmbedder } from '../hub/ollama/tiny-models.ts';

/** Starts a real server on a store of rma, by default with at most one loaded model. */
async function realServer(maxLoaded = 1) {
  const hub = await startHub({
    ollama: { 'library/tiny:latest': tinyOllamaChat(), 'library/embed:latest': tinyOllamaEmbedder() },
  });
  onTestFinished(() => hub.close());
  const root = judgeHome();
  const fetcher = testFetcher(root, hub.endpoint);
  const models = await Promise.all(['ollama:tiny', 'ollama:embed'].map((ref) => fetcher.resolve(ref)));
  await fetcher.fetch(models);
  return startOllama(join(root, 'ollama'), {
    env: { OLLAMA_MAX_LOADED_MODELS: String(maxLoaded) },
  });
}

const target = (url: string, on: 'gpu' | 'cpu', kind: ServedModel['kind']): EngineTarget => ({
  service: 'gpu-worker-ollama',
  engine: 'ollama',
  url,
  endpoint: url,
  healthPath: '/api/version',
  modelsPath: '/v1/models',
  inFlight: null,
  loaded: { path: '/api/ps', on },
  models: [
    { ref: 'ollama:tiny', name: 'tiny:latest', kind: kind === null ? null : 'chat' },
    { ref: 'ollama:embed', name: 'embed:latest', kind },
  ],
});

/** The same, for models that stay loaded together; two are names of the same weights. */
function together(url: string): EngineTarget {
  const of = (name: string, weights: string, kind: ServedModel['kind'] = 'chat') => {
    return { ref: `ollama:${name}`, name: `${name}:latest`, kind, weights };
  };
  return {
    ...target(url, 'cpu', 'embedding'),
    loaded: { path: '/api/ps', on: 'cpu', together: true },
    models: [of('tiny', 'sha256-aa'), of('copy', 'sha256-aa'), of('embed', 'sha256-bb', 'embedding')],
  };
}

/** Probes like the heartbeats do until all models are verified. */
async function proven(engine: EngineTarget): Promise<EngineProblem | null> {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const probe = createEngineProbe(systemClock, 3_000);
  for (;;) {
    const trouble = await probe.probe(engine, stop.signal);
    if (trouble === null || trouble.fault !== undefined) return trouble;
    expect(trouble.note).toMatch(/^loading (tiny|copy|embed):latest$/);
  }
}

describe('a real Ollama server on the CPU', () => {
  it('loads each model where it was planned, including embedding models of unknown kind', async () => {
    const server = await realServer();
    expect(await proven(target(server.url, 'cpu', 'embedding'))).toBeNull();
    expect(await proven(target(server.url, 'cpu', null))).toBeNull();
    expect(await server.get('/api/ps')).toMatchObject({ models: [{ name: 'embed:latest' }] });
  });

  it('is reported if its models were planned on a GPU', async () => {
    const server = await realServer();
    expect(await proven(target(server.url, 'gpu', 'embedding'))).toMatchObject({
      note: expect.stringContaining('tiny:latest: expected on the GPU, but loaded on the CPU'),
      fault: { code: 'RMA_ENGINE_MISPLACED' },
    });
  });

  it('[case E03] [case E05] keeps models loaded together, and lists two names of the same weights as one', async () => {
    const server = await realServer(2);
    await server.ollama('cp', 'tiny', 'copy');
    expect(await proven(together(server.url))).toBeNull();
    const { models } = (await server.get('/api/ps')) as { models: { name: string }[] };
    expect(models.map(({ name }) => name).sort()).toEqual(['embed:latest', 'tiny:latest']);
  });

  it('[case E03] is reported if it unloads one of them to load another', async () => {
    const server = await realServer(1);
    await server.ollama('cp', 'tiny', 'copy');
    expect(await proven(together(server.url))).toMatchObject({
      fault: { code: 'RMA_ENGINE_MISPLACED' },
    });
  });
});
