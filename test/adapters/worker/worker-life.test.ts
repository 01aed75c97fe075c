import { describe, expect, it } from 'vitest';
import { EXIT, RmaError } from '../../../src/core/errors.ts';
import type { WorkerStatus } from '../../../src/core/model/worker-status.ts';
import { isHealthy } from '../../../src/core/worker/worker-health.ts';
import { type RunningCoordinator, startCoordinator } from '../../helpers/coordinator.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { modelIs, StubFetcher, startWorker } from '../../helpers/running-worker.ts';
import { startEngine } from '../../helpers/stub-engine.ts';
import { MODEL_REF, workerConfig } from '../../helpers/worker-config.ts';

const BEAT = 5_000;
const is = (state: WorkerStatus['state']) => (status: WorkerStatus) => status.state === state;

async function listed(coordinator: RunningCoordinator): Promise<readonly string[]> {
  const response = await fetch(`${coordinator.url}/v1/models`);
  const body = (await response.json()) as { data: { id: string }[] };
  return body.data.map((model) => model.id);
}

async function workers(coordinator: RunningCoordinator) {
  const response = await fetch(`${coordinator.url}/v1/workers`);
  return ((await response.json()) as { workers: { id: string; state: string }[] }).workers;
}

function passing(): RmaError {
  return new RmaError('RMA_HUB_UNREACHABLE', 'hub 127.0.0.1 does not answer');
}

function lasting(): RmaError {
  return new RmaError('RMA_HUB_UNAUTHORIZED', 'the hub refused the token', {
    exitCode: EXIT.denied,
    hint: 'give a token',
  });
}

describe('a worker', () => {
  it('[req R40] checks, downloads, verifies, waits for its engines, registers and is ready, one line each', async () => {
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
    expect(worker.recorded).toEqual([['box', 'demo', [MODEL_REF]]]);
    expect(await listed(coordinator)).toEqual(['tiny']);
    expect(worker.board.status.registered).toBe(true);
  });

  it('[req R43] fetches nothing when every receipt is valid', async () => {
    const clock = new FakeClock();
    await using engine = await startEngine();
    const fetcher = new StubFetcher(true);
    await using worker = startWorker(workerConfig({ engines: [engine.target] }), fetcher, clock);
    await worker.until(is('ready'));
    expect(fetcher.fetches).toBe(0);
    expect(worker.lines).toContainEqual(expect.stringContaining(`Already present ${MODEL_REF}`));
    expect(worker.board.status.registered).toBe(false);
  });

  it('tries a passing fault again after growing pauses, and says why and when', async () => {
    const clock = new FakeClock();
    const fetcher = new StubFetcher(false);
    const fail = async () => ({ ref: MODEL_REF, state: 'failed', error: passing() }) as const;
    fetcher.ends = [fail, fail, fail];
    await using worker = startWorker(workerConfig(), fetcher, clock);
    await clock.pass(1_000);
    await clock.sleeping(2_000);
    expect(worker.board.status).toMatchObject({
      state: 'downloading',
      models: [{ note: 'hub 127.0.0.1 does not answer; next try in 2 s' }],
    });
    expect(isHealthy(worker.board.status)).toBe(false);
    clock.advance(2_000);
    await clock.pass(4_000);
    await worker.until(is('ready'));
    expect(fetcher.fetches).toBe(4);
  });

  it('starts its pauses anew when bytes came in', async () => {
    const clock = new FakeClock();
    const fetcher = new StubFetcher(false);
    const fail = async () => ({ ref: MODEL_REF, state: 'failed', error: passing() }) as const;
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

  it('fails on a lasting fault, stays unhealthy and asks nobody again', async () => {
    const clock = new FakeClock();
    const fetcher = new StubFetcher(false);
    fetcher.ends = [async () => ({ ref: MODEL_REF, state: 'failed', error: lasting() })];
    await using worker = startWorker(workerConfig(), fetcher, clock);
    await worker.until(is('failed'));
    clock.advance(3_600_000);
    expect(fetcher.fetches).toBe(1);
    expect(clock.sleepers).toBe(0);
    expect(worker.board.status.failure).toEqual({
      code: 'RMA_HUB_UNAUTHORIZED',
      message: 'the hub refused the token',
      hint: 'give a token',
      exitCode: 4,
    });
    expect(isHealthy(worker.board.status)).toBe(false);
  });

  it('does not register while an engine is down, or lists no model of the promised name', async () => {
    const clock = new FakeClock();
    await using engine = await startEngine();
    await using coordinator = await startCoordinator(clock);
    engine.healthy = false;
    engine.names = ['another'];
    const config = workerConfig({ engines: [engine.target], coordinator: { url: coordinator.url } });
    await using worker = startWorker(config, new StubFetcher(true), clock);
    await clock.sleeping(250);
    expect(worker.board.status.engines).toMatchObject([{ state: 'waiting', note: '/health answered 503' }]);
    engine.healthy = true;
    clock.advance(250);
    await clock.sleeping(500);
    expect(worker.board.status.engines).toMatchObject([{ note: '/v1/models does not list tiny' }]);
    expect(await workers(coordinator)).toEqual([]);
    engine.names = ['another', 'tiny'];
    clock.advance(500);
    await worker.until(is('ready'));
    expect(await listed(coordinator)).toEqual(['tiny']);
  });

  it('takes the models of a dead engine out within one heartbeat, and brings them back', async () => {
    const clock = new FakeClock();
    await using first = await startEngine('a-llamacpp', 'tiny');
    await using second = await startEngine('b-llamacpp', 'small');
    await using coordinator = await startCoordinator(clock);
    const engines = [first.target, second.target];
    const config = workerConfig({ engines, coordinator: { url: coordinator.url } });
    await using worker = startWorker(config, new StubFetcher(true), clock);
    await clock.sleeping(BEAT);
    expect(await listed(coordinator)).toEqual(['small', 'tiny']);
    await first.stop();
    clock.advance(BEAT);
    await clock.sleeping(BEAT);
    expect(worker.board.status.state).toBe('degraded');
    expect(await listed(coordinator)).toEqual(['small']);
    await first.start();
    clock.advance(BEAT);
    await clock.sleeping(BEAT);
    expect(worker.board.status.state).toBe('ready');
    expect(await listed(coordinator)).toEqual(['small', 'tiny']);
    expect(isHealthy(worker.board.status)).toBe(true);
  });

  it('registers again with a coordinator that lost its memory, and stays ready while there is none', async () => {
    const clock = new FakeClock();
    await using engine = await startEngine();
    const before = await startCoordinator(clock);
    const config = workerConfig({ engines: [engine.target], coordinator: { url: before.url } });
    await using worker = startWorker(config, new StubFetcher(true), clock);
    await clock.sleeping(BEAT);
    await before[Symbol.asyncDispose]();
    clock.advance(BEAT);
    await clock.sleeping(250);
    expect(worker.board.status).toMatchObject({ state: 'ready', registered: false });
    await using after = await startCoordinator(clock, { port: before.port });
    clock.advance(250);
    await clock.sleeping(BEAT);
    expect(worker.board.status).toMatchObject({ state: 'ready', registered: true });
    expect(await listed(after)).toEqual(['tiny']);
  });

  it('keeps registering with pauses no longer than a heartbeat while the coordinator does not answer', async () => {
    const clock = new FakeClock();
    await using engine = await startEngine();
    const before = await startCoordinator(clock);
    await before[Symbol.asyncDispose]();
    const config = workerConfig({ engines: [engine.target], coordinator: { url: before.url } });
    await using worker = startWorker(config, new StubFetcher(true), clock);
    for (const pause of [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]) await clock.pass(pause);
    expect(worker.board.status).toMatchObject({ state: 'registering', registered: false });
    expect(worker.lines.filter((line) => line.includes('does not answer'))).toHaveLength(1);
    await using _after = await startCoordinator(clock, { port: before.port });
    await clock.pass(BEAT);
    await worker.until(is('ready'));
  });

  it('fails with the way out when the coordinator refuses its token', async () => {
    const clock = new FakeClock();
    await using engine = await startEngine();
    await using coordinator = await startCoordinator(clock);
    const config = workerConfig({ engines: [engine.target], coordinator: { url: coordinator.url } });
    await using worker = startWorker(config, new StubFetcher(true), clock, 'f'.repeat(64));
    await worker.until(is('failed'));
    expect(worker.board.status.failure).toMatchObject({ code: 'RMA_COORDINATOR_DENIED', exitCode: 4 });
    expect(worker.lines.join('\n')).not.toContain('f'.repeat(64));
  });

  it('notices within a minute that its store was wiped, leaves the coordinator, fetches and comes back', async () => {
    const clock = new FakeClock();
    await using engine = await startEngine();
    await using coordinator = await startCoordinator(clock);
    const config = workerConfig({ engines: [engine.target], coordinator: { url: coordinator.url } });
    const fetcher = new StubFetcher(true);
    let away: readonly unknown[] = ['not asked'];
    fetcher.ends = [
      async ({ onProgress }) => {
        away = await workers(coordinator);
        onProgress(modelIs('present'));
        return { ref: MODEL_REF, state: 'fetched', fetchedBytes: 100 };
      },
    ];
    await using worker = startWorker(config, fetcher, clock);
    await clock.sleeping(BEAT);
    fetcher.present = false;
    for (let beat = 0; beat < 11; beat += 1) await clock.pass(BEAT);
    await clock.sleeping(BEAT);
    expect(fetcher.checks).toBe(1);
    clock.advance(BEAT);
    await worker.until(is('registering'));
    await worker.until(is('ready'));
    expect(away).toEqual([]);
    expect(await listed(coordinator)).toEqual(['tiny']);
    expect(fetcher.fetches).toBe(1);
  });

  it('counts a hanging engine as down after a deadline, and still keeps its beat', async () => {
    const clock = new FakeClock();
    await using engine = await startEngine();
    const config = workerConfig({ engines: [engine.target] });
    await using worker = startWorker(config, new StubFetcher(true), clock);
    await clock.sleeping(BEAT);
    engine.hanging = true;
    clock.advance(BEAT);
    await clock.pass(3_000);
    await clock.sleeping(BEAT - 3_000);
    expect(worker.board.status).toMatchObject({
      state: 'degraded',
      engines: [{ state: 'down', note: 'no answer within 3 s' }],
    });
  });
});

describe('a worker that is stopped', () => {
  it('leaves the coordinator first, lets requests in flight finish, then ends', async () => {
    const clock = new FakeClock();
    await using engine = await startEngine();
    await using coordinator = await startCoordinator(clock);
    const config = workerConfig({ engines: [engine.target], coordinator: { url: coordinator.url } });
    await using worker = startWorker(config, new StubFetcher(true), clock);
    await clock.sleeping(BEAT);
    engine.requestsInFlight = 2;
    worker.stop();
    await clock.sleeping(500);
    expect(worker.board.status.state).toBe('draining');
    expect(await listed(coordinator)).toEqual([]);
    expect(await workers(coordinator)).toMatchObject([{ state: 'draining' }]);
    engine.requestsInFlight = 0;
    clock.advance(500);
    await worker.ended;
    expect(await workers(coordinator)).toEqual([]);
    expect(clock.sleepers).toBe(0);
  });

  it('waits no longer than the drain deadline', async () => {
    const clock = new FakeClock();
    await using engine = await startEngine();
    const config = workerConfig({ engines: [engine.target], drainSeconds: 1 });
    await using worker = startWorker(config, new StubFetcher(true), clock);
    await clock.sleeping(BEAT);
    engine.requestsInFlight = 1;
    worker.stop();
    await clock.pass(500);
    await clock.pass(500);
    await worker.ended;
    expect(worker.lines).toContainEqual(expect.stringContaining('drain deadline of 1 s is over: 1 requests'));
  });

  it('ends at once in the middle of a download', async () => {
    const clock = new FakeClock();
    const fetcher = new StubFetcher(false);
    fetcher.ends = [
      ({ signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    ];
    await using worker = startWorker(workerConfig(), fetcher, clock);
    await worker.until(is('downloading'));
    worker.stop();
    await worker.ended;
    expect(worker.states).toEqual(['checking', 'downloading', 'draining']);
  });

  it('ends at once when it has failed', async () => {
    const clock = new FakeClock();
    const fetcher = new StubFetcher(false);
    fetcher.ends = [async () => ({ ref: MODEL_REF, state: 'failed', error: lasting() })];
    await using worker = startWorker(workerConfig(), fetcher, clock);
    await worker.until(is('failed'));
    worker.stop();
    await worker.ended;
    expect(worker.states.at(-1)).toBe('draining');
  });
});
