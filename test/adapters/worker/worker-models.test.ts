import { describe, expect, it } from 'vitest';
import type { WorkerStatus } from '../../../src/core/domain/worker-status.ts';
import { EXIT, RmaError } from '../../../src/core/errors.ts';
import { isHealthy } from '../../../src/core/worker/worker-health.ts';
import { FakeClock } from '../../helpers/clock/fake-clock.ts';
import { startCoordinator } from '../../helpers/worker/coordinator.ts';
import { lasting, passing } from '../../helpers/worker/hub-faults.ts';
import { listed } from '../../helpers/worker/listed-models.ts';
import {
  modelIs,
  StubFetcher,
  startWorker,
  startWorkerWithToken,
} from '../../helpers/worker/running-worker.ts';
import { startEngine } from '../../helpers/worker/stub-engine.ts';
import { MODEL_REF, workerConfig } from '../../helpers/worker/worker-config.ts';

const is = (state: WorkerStatus['state']) => (status: WorkerStatus) => status.state === state;

describe('a worker and its models', () => {
  it('[req R40] checks, downloads, verifies, waits for engines, registers and becomes ready, one line each', async () => {
    const clock = new FakeClock();
    await using engine = await startEngine();
    await using coordinator = await startCoordinator(clock);
    const config = workerConfig({ engines: [engine.target], coordinator: { url: coordinator.url } });
    await using worker = startWorker(config, new StubFetcher(false), clock);
    await worker.until((status) => status.state === 'ready');
    const life = ['checking', 'downloading', 'verifying', 'waiting-for-engines', 'registering', 'ready'];
    expect(worker.states).toEqual(life);
    const stateLines = worker.lines.filter((line) => / state \S+$/.test(line));
    expect(stateLines.map((line) => line.split(' state ')[1])).toEqual(life.slice(1));
    expect(worker.lines).toContainEqual(
      expect.stringMatching(/^\S+Z INFO {2}\[downloading\] Downloading hf:org\/repo:tiny.gguf/),
    );
    expect(worker.recorded).toEqual([
      {
        host: 'box',
        project: 'demo',
        profile: 'cpu-worker',
        refs: [MODEL_REF],
        commits: { [MODEL_REF]: 'a'.repeat(40) },
      },
    ]);
    expect(await listed(coordinator)).toEqual(['tiny']);
    expect(worker.board.status.registered).toBe(true);
  });

  it('[req R43] downloads nothing if all receipts are valid', async () => {
    const clock = new FakeClock();
    await using engine = await startEngine();
    const fetcher = new StubFetcher(true);
    await using worker = startWorker(workerConfig({ engines: [engine.target] }), fetcher, clock);
    await worker.until(is('ready'));
    expect(fetcher.fetches).toBe(0);
    expect(worker.lines).toContainEqual(expect.stringContaining(`Already present ${MODEL_REF}`));
    expect(worker.board.status.registered).toBe(false);
  });

  describe('in a read-only store', () => {
    const readOnly = async () => {
      throw new RmaError('RMA_STORE_READ_ONLY', '/models is read-only', {
        exitCode: EXIT.notReady,
        hint: '',
      });
    };

    it('[req D13 K8s] serves the models that are there', async () => {
      const clock = new FakeClock();
      await using engine = await startEngine();
      const config = workerConfig({ engines: [engine.target] });
      const parts = { config, fetcher: new StubFetcher(true), clock, prepare: readOnly };
      await using worker = startWorkerWithToken('', parts);
      await worker.until(is('ready'));
      expect(worker.recorded).toEqual([]);
    });

    it('fails if a model is missing', async () => {
      const parts = {
        config: workerConfig(),
        fetcher: new StubFetcher(false),
        clock: new FakeClock(),
        prepare: readOnly,
      };
      await using worker = startWorkerWithToken('', parts);
      await worker.until(is('failed'));
      expect(worker.board.status.failure).toMatchObject({ code: 'RMA_STORE_READ_ONLY' });
    });
  });

  it('retries a transient error with growing delays, and reports reason and delay', async () => {
    const clock = new FakeClock();
    const fetcher = new StubFetcher(false);
    const fail = async () =>
      ({ ref: MODEL_REF, state: 'failed', fetchedBytes: 0, error: passing() }) as const;
    fetcher.ends = [fail, fail, fail];
    await using worker = startWorker(workerConfig(), fetcher, clock);
    await clock.pass(1_000);
    await clock.sleeping(2_000);
    expect(worker.board.status).toMatchObject({
      state: 'downloading',
      models: [{ note: 'hub 127.0.0.1 is not reachable; retrying in 2 s' }],
    });
    expect(isHealthy(worker.board.status)).toBe(false);
    clock.advance(2_000);
    await clock.pass(4_000);
    await worker.until(is('ready'));
    expect(fetcher.fetches).toBe(4);
  });

  it('resets the delay after progress', async () => {
    const clock = new FakeClock();
    const fetcher = new StubFetcher(false);
    const fail = async () =>
      ({ ref: MODEL_REF, state: 'failed', fetchedBytes: 0, error: passing() }) as const;
    fetcher.ends = [
      fail,
      async ({ onProgress }) => {
        onProgress(modelIs('downloading'));
        return fail();
      },
    ];
    await using worker = startWorker(workerConfig(), fetcher, clock);
    await clock.pass(1_000);
    await clock.pass(1_000);
    await worker.until(is('ready'));
    expect(fetcher.fetches).toBe(3);
  });

  it('fails on a permanent error, stays unhealthy and does not retry', async () => {
    const clock = new FakeClock();
    const fetcher = new StubFetcher(false);
    fetcher.ends = [async () => ({ ref: MODEL_REF, state: 'failed', fetchedBytes: 0, error: lasting() })];
    await using worker = startWorker(workerConfig(), fetcher, clock);
    await worker.until(is('failed'));
    clock.advance(3_600_000);
    expect(fetcher.fetches).toBe(1);
    expect(clock.sleepers).toBe(0);
    expect(worker.board.status.failure).toEqual({
      code: 'RMA_HUB_UNAUTHORIZED',
      message: 'the hub rejected the token',
      hint: 'set a token',
      exitCode: 4,
    });
    expect(isHealthy(worker.board.status)).toBe(false);
  });
});
