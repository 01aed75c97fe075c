import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEngineProbe } from '../../../src/adapters/engine/engine-probe.ts';
import type { WorkerStatus } from '../../../src/core/domain/worker-status.ts';
import { unstarted } from '../../../src/core/worker/model-progress.ts';
import { type FreshParts, freshStatus } from '../../../src/worker/status/fresh-status.ts';
import { queryStatus } from '../../../src/worker/status/query-status.ts';
import { FakeClock } from '../../helpers/clock/fake-clock.ts';
import { JumpingClock } from '../../helpers/clock/jumping-clock.ts';
import { StubFetcher } from '../../helpers/worker/running-worker.ts';
import { type StubEngine, startEngine } from '../../helpers/worker/stub-engine.ts';
import { MODEL_REF, workerConfig } from '../../helpers/worker/worker-config.ts';

const SINCE = '2026-01-02T03:04:05.000Z';

function reportedBy(engine: StubEngine, over: Partial<WorkerStatus> = {}): WorkerStatus {
  return {
    schema: 'rma.worker-status/v1',
    worker: 'w',
    profile: 'p',
    state: 'ready',
    since: SINCE,
    failure: null,
    models: [{ ...unstarted(MODEL_REF, 100), state: 'present' }],
    engines: [{ service: engine.target.service, state: 'ready', respondedAt: SINCE }],
    registered: true,
    ...over,
  };
}

const look = (status: WorkerStatus, engine: StubEngine, over: Partial<FreshParts> = {}) => {
  const parts = {
    config: workerConfig({ engines: [engine.target] }),
    probe: createEngineProbe(new FakeClock(), 3_000),
    fetcher: new StubFetcher(true),
    coordinatorSilence: async () => null,
    clock: new JumpingClock(),
    ...over,
  };
  return freshStatus(status, parts, new AbortController().signal);
};

describe('the fresh status of a worker', () => {
  it('is what it reported while its engines respond and its models are present', async () => {
    await using engine = await startEngine();
    expect(await look(reportedBy(engine), engine)).toEqual(reportedBy(engine));
  });

  it('[case S03] is degraded when an engine stopped responding after the last heartbeat', async () => {
    await using engine = await startEngine();
    engine.healthy = false;
    expect(await look(reportedBy(engine), engine)).toMatchObject({
      state: 'degraded',
      engines: [{ state: 'down', note: '/health returned 503', respondedAt: SINCE }],
    });
  });

  it('[case S03] is degraded when a model is missing in the store', async () => {
    await using engine = await startEngine();
    expect(await look(reportedBy(engine), engine, { fetcher: new StubFetcher(false) })).toMatchObject({
      state: 'degraded',
      models: [{ ref: MODEL_REF, state: 'waiting', note: 'missing in the store' }],
    });
  });

  it('[case S03] is not registered when the coordinator does not respond', async () => {
    await using engine = await startEngine();
    const coordinatorSilence = async () => 'no response within 3 s';
    expect(await look(reportedBy(engine), engine, { coordinatorSilence })).toEqual({
      ...reportedBy(engine),
      registered: false,
      coordinatorNote: 'no response within 3 s',
    });
  });

  it('[case S04] is ready when a slow engine responds at a later try', async () => {
    await using engine = await startEngine();
    engine.healthy = false;
    const probe = createEngineProbe(new FakeClock(), 3_000);
    let tries = 0;
    const slow = {
      noResponse: (...args: Parameters<typeof probe.noResponse>) => {
        tries += 1;
        engine.healthy = tries === 3;
        return probe.noResponse(...args);
      },
    };
    const { state } = await look(reportedBy(engine), engine, { probe: slow });
    expect({ state, tries }).toEqual({ state: 'ready', tries: 3 });
  });

  it('keeps a degraded worker degraded when its engine responds again, until the worker has seen it', async () => {
    await using engine = await startEngine();
    const { service } = engine.target;
    const down = reportedBy(engine, {
      state: 'degraded',
      engines: [{ service, state: 'down', note: 'refused' }],
    });
    expect(await look(down, engine)).toMatchObject({
      state: 'degraded',
      engines: [{ service, state: 'waiting', note: 'refused' }],
    });
  });

  it('probes no engine of a worker that does not serve', async () => {
    await using engine = await startEngine();
    engine.healthy = false;
    const loading = reportedBy(engine, { state: 'downloading' });
    expect(await look(loading, engine, { fetcher: new StubFetcher(false) })).toEqual(loading);
  });
});

describe('the status socket of a worker that hangs', () => {
  it('[case S04] ends after ten seconds', async () => {
    const path = join(tmpdir(), `rma-hung-${process.pid}.sock`);
    const server = createServer();
    const connected = new Promise((resolve) => server.once('connection', resolve));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const clock = new FakeClock();
    const asked = queryStatus(path, clock);
    await Promise.all([connected, clock.sleeping(10_000)]);
    clock.advance(10_000);
    await expect(asked).rejects.toMatchObject({
      code: 'RMA_WORKER_UNRESPONSIVE',
      message: 'the worker did not respond within 10 s',
      hint: 'restart it: rma up',
    });
    server.close();
  });
});
