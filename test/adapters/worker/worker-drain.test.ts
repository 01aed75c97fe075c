import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { WorkerStatus } from '../../../src/core/domain/worker-status.ts';
import { FakeClock } from '../../helpers/clock/fake-clock.ts';
import { close, listen, startCoordinator } from '../../helpers/worker/coordinator.ts';
import { lasting } from '../../helpers/worker/hub-faults.ts';
import { listed, workers } from '../../helpers/worker/listed-models.ts';
import { StubFetcher, startWorker } from '../../helpers/worker/running-worker.ts';
import { startEngine } from '../../helpers/worker/stub-engine.ts';
import { MODEL_REF, workerConfig } from '../../helpers/worker/worker-config.ts';

const BEAT = 5_000;
const is = (state: WorkerStatus['state']) => (status: WorkerStatus) => status.state === state;

describe('a stopping worker', () => {
  it('deregisters first, finishes requests in flight, then exits', async () => {
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

  it('waits at most for the drain timeout', async () => {
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
    expect(worker.lines).toContainEqual(
      expect.stringContaining('drain timeout (1 s) exceeded; requests aborted: 1'),
    );
  });

  it('exits at once during a download', async () => {
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

  it('deregisters even if the response to its registration never arrived', async () => {
    const clock = new FakeClock();
    await using engine = await startEngine();
    const asked: string[] = [];
    let posted: () => void = () => undefined;
    const registering = new Promise<void>((resolve) => {
      posted = resolve;
    });
    const silent = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      if (request.method === 'POST') posted();
      else response.end('{}');
    });
    const url = `http://127.0.0.1:${await listen(silent)}`;
    const config = workerConfig({ engines: [engine.target], coordinator: { url } });
    await using worker = startWorker(config, new StubFetcher(true), clock);
    await registering;
    expect(worker.board.status.state).toBe('registering');
    worker.stop();
    await worker.ended;
    await close(silent);
    expect(asked).toEqual(['POST /v1/workers', `DELETE /v1/workers/${config.worker}`]);
  });

  it('exits at once if it has failed', async () => {
    const clock = new FakeClock();
    const fetcher = new StubFetcher(false);
    fetcher.ends = [async () => ({ ref: MODEL_REF, state: 'failed', fetchedBytes: 0, error: lasting() })];
    await using worker = startWorker(workerConfig(), fetcher, clock);
    await worker.until(is('failed'));
    worker.stop();
    await worker.ended;
    expect(worker.states.at(-1)).toBe('draining');
  });
});
