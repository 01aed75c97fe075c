import { beforeEach, describe, expect, it } from 'vitest';
import type { Payload } from '../../../../src/app/execute/execution.ts';
import type { WorkerStatus } from '../../../../src/core/domain/worker-status.ts';
import { executeStep } from '../../../helpers/builders/execute-step.ts';
import { containerOf } from '../../../helpers/host/container-of.ts';
import { dockerOf, engineOf, hostOf, invocationOf, listing } from '../../../helpers/host/port-builders.ts';

const STARTED = 1_700_000_000_000;
const engine = containerOf({
  service: 'cpu-worker-llamacpp',
  profile: 'cpu-worker',
  health: 'starting',
  startedAt: STARTED,
});
const worker = containerOf({ service: 'cpu-worker-worker', profile: 'cpu-worker' });
const ready: WorkerStatus = {
  schema: 'rma.worker-status/v1',
  worker: 'box-demo-cpu-worker',
  profile: 'cpu-worker',
  state: 'ready',
  since: '',
  failure: null,
  models: [],
  engines: [{ service: engine.service, state: 'ready' }],
  registered: true,
};

let log: readonly string[] = [];
/** of an earlier run, before the engine started last */
let earlier: readonly string[] = [];
beforeEach(() => {
  log = ['loading', 'out of memory'];
  earlier = [];
});

/** An error of vLLM, before the traceback of its main process. */
const NO_MEMORY =
  'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`';
const TRACEBACK = Array.from({ length: 60 }, (_, at) => `  File "/usr/lib/python3.12/x.py", line ${at}`);

/** Returns a host with a worker that reports only these statuses, and its engine. */
const hostWith = (container: typeof engine, ...statuses: readonly WorkerStatus[]) =>
  hostOf({
    engine: engineOf({
      ...listing(() => [container, worker]),
      logTail: async (_id, lines, since) =>
        [...((since ?? 0) > STARTED - 100 ? [] : earlier), ...log].slice(-lines),
    }),
    docker: dockerOf({
      exec: (_id, _argv, { onStdout, signal }) => {
        for (const status of statuses) onStdout?.(JSON.stringify(status));
        return new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
        });
      },
    }),
  });

/** Returns a host whose engine crashes for the third time. */
function crashing(state: typeof engine.state = 'running'): ReturnType<typeof hostWith> {
  let restarts = 2;
  const host = hostWith(engine);
  async function* crash() {
    restarts = 3;
    yield engine.id;
    await new Promise(() => undefined);
  }
  return {
    ...host,
    engine: {
      ...host.engine,
      ...listing(() => [{ ...engine, restarts, state }, worker]),
      changes: async () => crash(),
    },
  };
}

const wait = (host: ReturnType<typeof hostWith>, waitSeconds: number, more: Partial<Payload> = {}) =>
  executeStep(host, invocationOf(), {
    step: {
      kind: 'wait-until-ready',
      service: worker.service,
      engines: [engine.service],
      cause: 'will be started',
      destructive: false,
    },
    payload: { waitSeconds, ...more },
  });

describe('waiting for a worker and its engines', () => {
  it('fails at once if an engine keeps crashing, with the last log line', async () => {
    await expect(wait(crashing(), 3600)).rejects.toMatchObject({
      code: 'RMA_ENGINE_FAILED',
      exitCode: 1,
      message: expect.stringContaining('out of memory'),
    });
  });

  it('[req R72] names the setting if a crashing engine ran out of GPU memory', async () => {
    log = ['loading', NO_MEMORY, ...TRACEBACK];
    await expect(wait(crashing(), 3600)).rejects.toMatchObject({
      code: 'RMA_ENGINE_GPU_MEMORY',
      exitCode: 5,
      message: expect.stringContaining('No available memory for the cache blocks'),
      hint: expect.stringContaining('services: { cpu-worker-llamacpp: { context: 2048 } }'),
    });
  });

  it('[req R72] does so for an engine that runs but does not respond', async () => {
    log = ['cudaMalloc failed: out of memory', 'still running'];
    await expect(wait(hostWith(engine), 60)).rejects.toMatchObject({ code: 'RMA_ENGINE_GPU_MEMORY' });
  });

  it('[req R72] names a smaller value than the one in use', async () => {
    log = [NO_MEMORY];
    const limits = new Map([[engine.service, { context: 1024, utilization: 0.9 }]]);
    await expect(wait(crashing(), 3600, { limits })).rejects.toMatchObject({
      hint: expect.stringContaining('services: { cpu-worker-llamacpp: { context: 512 } };'),
    });
  });

  it('[req R72] ignores what an earlier run of a crashing engine reported', async () => {
    earlier = ['cudaMalloc failed: out of memory'];
    log = ['error: unknown argument: --foo'];
    await expect(wait(crashing('restarting'), 3600)).rejects.toMatchObject({
      code: 'RMA_ENGINE_FAILED',
      message: expect.stringContaining('unknown argument'),
    });
    await expect(wait(hostWith(engine), 60)).rejects.toMatchObject({ code: 'RMA_UP_TIMEOUT' });
  });

  it('[req R72] ignores the log of a program that runs while another engine is not ready', async () => {
    log = [NO_MEMORY];
    await expect(wait(hostWith({ ...engine, health: 'none' }), 60)).rejects.toMatchObject({
      code: 'RMA_UP_TIMEOUT',
    });
  });

  it('[case S06] ignores crashes of an earlier time, such as those before a late driver at boot', async () => {
    await expect(wait(hostWith({ ...engine, restarts: 9 }), 60)).rejects.toMatchObject({
      code: 'RMA_UP_TIMEOUT',
    });
  });

  it('ignores the restarts of a healthy engine', async () => {
    const host = hostWith({ ...engine, restarts: 3, health: 'healthy' });
    await expect(wait(host, 60)).rejects.toMatchObject({ code: 'RMA_UP_TIMEOUT' });
  });

  it('[case S04] times out with the name of an engine that runs but never responds', async () => {
    await expect(wait(hostWith(engine), 60)).rejects.toMatchObject({
      code: 'RMA_UP_TIMEOUT',
      message: `${engine.service} is not ready after 60 s; the containers keep running`,
      exitCode: 7,
      hint: expect.stringContaining('rma status'),
    });
  });

  it.each([
    ['starting', false],
    ['unhealthy', false],
    ['healthy', true],
    ['none', true],
  ] as const)('waits for a program that the worker does not probe: %s', async (health, isDone) => {
    const waited = wait(hostWith({ ...engine, health }, { ...ready, engines: [] }), 60);
    if (isDone) await expect(waited).resolves.toBeUndefined();
    else await expect(waited).rejects.toMatchObject({ code: 'RMA_UP_TIMEOUT' });
  });

  it.each([
    [2, true],
    [Number.POSITIVE_INFINITY, false],
  ])('does not take a program for up that ends after a moment, %s times', async (times, isDone) => {
    let starts = 0;
    const program = { ...engine, health: 'none' as const };
    const host = hostWith(program, { ...ready, engines: [] });
    const restarted = () => {
      starts = Math.min(starts + 1, times);
      return [{ ...program, startedAt: STARTED + starts }, worker];
    };
    const waited = wait({ ...host, engine: { ...host.engine, ...listing(restarted) } }, 60);
    if (isDone) await expect(waited).resolves.toBeUndefined();
    else await expect(waited).rejects.toMatchObject({ code: 'RMA_UP_TIMEOUT' });
  });

  it('succeeds once the worker is ready', async () => {
    await expect(wait(hostWith(engine, ready), 60)).resolves.toBeUndefined();
  });
});
