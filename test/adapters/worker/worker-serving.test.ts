import { describe, expect, it } from 'vitest';
import type { WorkerStatus } from '../../../src/core/domain/worker-status.ts';
import { isHealthy } from '../../../src/core/worker/worker-health.ts';
import { FakeClock } from '../../helpers/clock/fake-clock.ts';
import { startCoordinator } from '../../helpers/worker/coordinator.ts';
import { listed, workers } from '../../helpers/worker/listed-models.ts';
import {
  modelIs,
  StubFetcher,
  startWorker,
  startWorkerWithToken,
} from '../../helpers/worker/running-worker.ts';
import { startEngine } from '../../helpers/worker/stub-engine.ts';
import { MODEL_REF, workerConfig } from '../../helpers/worker/worker-config.ts';

const BEAT = 5_000;
const is = (state: WorkerStatus['state']) => (status: WorkerStatus) => status.state === state;

describe('a serving worker', () => {
  it('[req N13] does not register while an engine is down or does not list its model', async () => {
    const clock = new FakeClock();
    await using engine = await startEngine();
    await using coordinator = await startCoordinator(clock);
    engine.healthy = false;
    engine.names = ['another'];
    const config = workerConfig({ engines: [engine.target], coordinator: { url: coordinator.url } });
    await using worker = startWorker(config, new StubFetcher(true), clock);
    await clock.sleeping(250);
    expect(worker.board.status.engines).toMatchObject([{ state: 'waiting', note: '/health returned 503' }]);
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

  it('removes the models of a dead engine within one heartbeat, and adds them again', async () => {
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

  it('records the use of a model when its engine becomes ready, each time, and then every hour', async () => {
    const clock = new FakeClock();
    await using engine = await startEngine();
    engine.healthy = false;
    const config = workerConfig({ engines: [engine.target] });
    await using worker = startWorker(config, new StubFetcher(true), clock);
    await clock.sleeping(250);
    expect(worker.used).toEqual([]);
    engine.healthy = true;
    clock.advance(250);
    await clock.sleeping(BEAT);
    expect(worker.used).toEqual([{ refs: [MODEL_REF], at: clock.now() }]);
    clock.advance(BEAT);
    await clock.sleeping(BEAT);
    expect(worker.used).toHaveLength(1);
    clock.advance(3_600_000);
    await clock.sleeping(BEAT);
    expect(worker.used).toHaveLength(2);
    await engine.stop();
    clock.advance(BEAT);
    await clock.sleeping(BEAT);
    expect(worker.board.status.state).toBe('degraded');
    await engine.start();
    clock.advance(BEAT);
    await clock.sleeping(BEAT);
    expect(worker.used).toHaveLength(3);
  });

  it('registers again with a restarted coordinator, and stays ready without one', async () => {
    const clock = new FakeClock();
    await using engine = await startEngine();
    const before = await startCoordinator(clock);
    const config = workerConfig({ engines: [engine.target], coordinator: { url: before.url } });
    await using worker = startWorker(config, new StubFetcher(true), clock);
    await clock.sleeping(BEAT);
    await before[Symbol.asyncDispose]();
    const confirmedBefore = new Date(clock.now()).toISOString();
    clock.advance(BEAT);
    await clock.sleeping(250);
    expect(worker.board.status).toMatchObject({
      state: 'ready',
      registered: false,
      confirmedAt: confirmedBefore,
    });
    await using after = await startCoordinator(clock, { port: before.port });
    clock.advance(250);
    await clock.sleeping(BEAT);
    const confirmedAt = new Date(clock.now()).toISOString();
    expect(worker.board.status).toMatchObject({ state: 'ready', registered: true, confirmedAt });
    expect(await listed(after)).toEqual(['tiny']);
  });

  it('retries registration at least once per heartbeat while the coordinator is down', async () => {
    const clock = new FakeClock();
    await using engine = await startEngine();
    const before = await startCoordinator(clock);
    await before[Symbol.asyncDispose]();
    const config = workerConfig({ engines: [engine.target], coordinator: { url: before.url } });
    await using worker = startWorker(config, new StubFetcher(true), clock);
    for (const pause of [250, 500, 1_000, 2_000, 2_500, 2_500]) await clock.pass(pause);
    expect(worker.board.status).toMatchObject({ state: 'registering', registered: false });
    expect(worker.lines.filter((line) => line.includes('is not reachable'))).toHaveLength(1);
    await using _after = await startCoordinator(clock, { port: before.port });
    await clock.pass(BEAT);
    await worker.until(is('ready'));
  });

  it('fails if the coordinator rejects its token', async () => {
    const clock = new FakeClock();
    await using engine = await startEngine();
    await using coordinator = await startCoordinator(clock);
    const config = workerConfig({ engines: [engine.target], coordinator: { url: coordinator.url } });
    await using worker = startWorkerWithToken('f'.repeat(64), {
      config,
      fetcher: new StubFetcher(true),
      clock,
    });
    await worker.until(is('failed'));
    expect(worker.board.status.failure).toMatchObject({ code: 'RMA_COORDINATOR_DENIED', exitCode: 4 });
    expect(worker.lines.join('\n')).not.toContain('f'.repeat(64));
  });

  it('detects a wiped store within a minute, deregisters, downloads and registers again', async () => {
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
        return { ref: MODEL_REF, state: 'present', fetchedBytes: 100 };
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

  it('marks a hanging engine as down after a timeout, without delaying heartbeats', async () => {
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
      engines: [{ state: 'down', note: 'no response within 3 s' }],
    });
    engine.hanging = false;
  });
});
