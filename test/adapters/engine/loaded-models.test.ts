import { describe, expect, it } from 'vitest';
import { createEngineProbe, type EngineProbe } from '../../../src/adapters/engine/engine-probe.ts';
import type { EngineProblem } from '../../../src/adapters/engine/engine-problem.ts';
import { FakeClock } from '../../helpers/clock/fake-clock.ts';
import { startEngine } from '../../helpers/worker/stub-engine.ts';
import { type StubOllama, startOllama } from '../../helpers/worker/stub-ollama.ts';

const never = new AbortController().signal;

/** Probes like the heartbeats do until the result matches. */
async function probeUntil(
  probe: EngineProbe,
  { target }: StubOllama,
  wanted: (trouble: EngineProblem | null) => boolean,
): Promise<EngineProblem | null> {
  for (;;) {
    const trouble = await probe.probe(target, never);
    if (wanted(trouble)) return trouble;
  }
}

const isReady = (trouble: EngineProblem | null) => trouble === null;
const isFault = (trouble: EngineProblem | null) => trouble?.fault !== undefined;

describe('an engine that loads models on demand', () => {
  it('is ready once each model was loaded and is where it was planned', async () => {
    await using ollama = await startOllama([
      { name: 'llava:7b', kind: 'vision' },
      { name: 'nomic-embed-text:latest', kind: 'embedding' },
    ]);
    const probe = createEngineProbe(new FakeClock(), 3_000);
    expect(await probe.probe(ollama.target, never)).toEqual({ note: 'loading llava:7b' });
    await probeUntil(probe, ollama, isReady);
    expect(ollama.asked).toEqual([
      '/api/generate llava:7b',
      '/api/ps',
      '/api/embed nomic-embed-text:latest',
      '/api/ps',
      // all of them once more after the last load
      '/api/ps',
      '/api/ps',
    ]);
  });

  it('[case E05] is ready if two of its models are names of the same weights', async () => {
    await using ollama = await startOllama([
      { name: 'llama3.2:latest', weights: 'sha256-aa' },
      { name: 'llama3.2:3b', weights: 'sha256-aa' },
      { name: 'other:1', weights: 'sha256-bb' },
    ]);
    const probe = createEngineProbe(new FakeClock(), 3_000);
    await probeUntil(probe, ollama, isReady);
    expect(ollama.asked.filter((line) => line.startsWith('/api/generate'))).toEqual([
      '/api/generate llama3.2:latest',
      '/api/generate llama3.2:3b',
      '/api/generate other:1',
    ]);
  });

  it('does not load again on later probes, which would swap models', async () => {
    await using ollama = await startOllama([{ name: 'a:1' }, { name: 'b:1' }]);
    ollama.maxLoaded = 1;
    const swapping = { ...ollama.target, loaded: { path: '/api/ps', on: 'gpu' as const, together: false } };
    const probe = createEngineProbe(new FakeClock(), 3_000);
    await probeUntil(probe, { ...ollama, target: swapping }, isReady);
    const loads = ollama.asked.length;
    for (let beat = 0; beat < 5; beat += 1) expect(await probe.probe(swapping, never)).toBeNull();
    expect(ollama.asked).toHaveLength(loads);
  });

  it('[case E03] reports a model that was unloaded to load a later one', async () => {
    await using ollama = await startOllama([{ name: 'large:1' }, { name: 'small:1' }]);
    ollama.maxLoaded = 1;
    const probe = createEngineProbe(new FakeClock(), 3_000);
    expect(await probeUntil(probe, ollama, isFault)).toMatchObject({
      note: 'large:1 was unloaded to load another model; not enough free GPU memory',
      fault: { code: 'RMA_ENGINE_MISPLACED', exitCode: 1 },
    });
  });

  it('falls back to embedding if a model of unknown kind cannot generate', async () => {
    await using ollama = await startOllama([{ name: 'm:1', kind: 'embedding' }]);
    const probe = createEngineProbe(new FakeClock(), 3_000);
    const unknown = { ...ollama.target, models: [{ ref: 'ollama:m:1', name: 'm:1', kind: null }] };
    await probeUntil(probe, { ...ollama, target: unknown }, isReady);
    expect(ollama.asked).toEqual(['/api/generate m:1', '/api/embed m:1', '/api/ps']);
  });

  it('reports how much of a model is on the CPU if GPU memory was too small', async () => {
    await using ollama = await startOllama([{ name: 'llava:7b' }]);
    ollama.vramBytes = 600;
    const probe = createEngineProbe(new FakeClock(), 3_000);
    expect(await probeUntil(probe, ollama, isFault)).toMatchObject({
      note: 'llava:7b: 400 of 1000 B is on the CPU; not enough free GPU memory',
      fault: { code: 'RMA_ENGINE_MISPLACED', exitCode: 1, hint: expect.stringContaining('rma gpus') },
    });
  });

  it('reports a model on a GPU that was planned on the CPU', async () => {
    await using ollama = await startOllama([{ name: 'm:1' }], 'cpu');
    ollama.vramBytes = 1000;
    const probe = createEngineProbe(new FakeClock(), 3_000);
    expect(await probeUntil(probe, ollama, isFault)).toMatchObject({
      note: 'm:1: expected on the CPU, but 1000 B is on a GPU',
    });
  });

  it('reloads a misplaced model after a minute, because GPU memory may be free by then', async () => {
    await using ollama = await startOllama([{ name: 'm:1' }]);
    ollama.vramBytes = 0;
    const clock = new FakeClock();
    const probe = createEngineProbe(clock, 3_000);
    await probeUntil(probe, ollama, isFault);
    ollama.vramBytes = 1000;
    expect(await probe.probe(ollama.target, never)).toMatchObject({
      note: expect.stringContaining('expected on the GPU, but loaded on the CPU'),
    });
    clock.advance(60_000);
    await probeUntil(probe, ollama, isReady);
    expect(ollama.asked.slice(2)).toEqual(['/api/generate m:1 0', '/api/generate m:1', '/api/ps']);
  });

  it('is verified again after it was down', async () => {
    await using ollama = await startOllama([{ name: 'm:1' }]);
    const probe = createEngineProbe(new FakeClock(), 3_000);
    await probeUntil(probe, ollama, isReady);
    await ollama.stop();
    expect(await probe.probe(ollama.target, never)).toEqual({ note: 'ECONNREFUSED' });
    await ollama.start();
    await probeUntil(probe, ollama, isReady);
    expect(ollama.asked.filter((line) => line === '/api/generate m:1')).toHaveLength(2);
  });

  it('is verified again if it restarted between two probes', async () => {
    await using ollama = await startOllama([{ name: 'm:1' }]);
    const probe = createEngineProbe(new FakeClock(), 3_000);
    await probeUntil(probe, ollama, isReady);
    await ollama.stop();
    await ollama.start();
    await probeUntil(probe, ollama, (trouble) => trouble !== null);
    await probeUntil(probe, ollama, isReady);
    expect(ollama.asked.filter((line) => line === '/api/generate m:1')).toHaveLength(2);
  });

  it('does not block probes of any engine while it loads', async () => {
    await using ollama = await startOllama([{ name: 'm:1' }]);
    await using other = await startEngine();
    let loaded = () => {};
    ollama.loading = new Promise((resolve) => {
      loaded = resolve;
    });
    const probe = createEngineProbe(new FakeClock(), 3_000);
    for (let beat = 0; beat < 3; beat += 1) {
      expect(await probe.probe(ollama.target, never)).toEqual({ note: 'loading m:1' });
      expect(await probe.probe(other.target, never)).toBeNull();
    }
    loaded();
    await probeUntil(probe, ollama, isReady);
    expect(ollama.asked).toEqual(['/api/generate m:1', '/api/ps']);
  });

  it('is verified even if it unloads each model after the request', async () => {
    await using ollama = await startOllama([{ name: 'm:1' }]);
    ollama.keepsNothing = true;
    const probe = createEngineProbe(new FakeClock(), 3_000);
    await probeUntil(probe, ollama, isReady);
    expect(ollama.asked).toEqual(['/api/generate m:1', '/api/ps', '/api/generate m:1 1m', '/api/ps']);
  });

  it.each([
    ['model requires more system memory', 'RMA_ENGINE_LOAD_FAILED', 'rma logs gpu-worker-ollama'],
    [
      'llama runner process has terminated: cudaMalloc failed: out of memory',
      'RMA_ENGINE_GPU_MEMORY',
      'services: { gpu-worker-ollama: { context: 2048 } }',
    ],
  ])(
    '[req R72] fails with the error of the engine after three failed loads: %s',
    async (error, code, hint) => {
      await using ollama = await startOllama([{ name: 'm:1' }]);
      ollama.refusal = { status: 500, error };
      const clock = new FakeClock();
      const probe = createEngineProbe(clock, 3_000);
      const loads = () => ollama.asked.filter((line) => line === '/api/generate m:1').length;
      for (const attempt of [1, 2]) {
        const refused = await probeUntil(
          probe,
          ollama,
          (trouble) => loads() === attempt && trouble?.note.includes('failed to load') === true,
        );
        expect(refused?.fault).toBeUndefined();
        clock.advance(5_000);
      }
      expect(await probeUntil(probe, ollama, isFault)).toMatchObject({
        note: `failed to load m:1: ${error}`,
        fault: { code, hint: expect.stringContaining(hint) },
      });
    },
  );
});

describe('an engine without a list of models', () => {
  it('[req K08] is ready once it is healthy', async () => {
    await using engine = await startEngine();
    engine.names = [];
    const target = { ...engine.target, modelsPath: null };
    const probe = createEngineProbe(new FakeClock(), 3_000);
    expect(await probe.probe(target, never)).toBeNull();
    engine.healthy = false;
    expect(await probe.probe(target, never)).toEqual({ note: '/health returned 503' });
  });
});
