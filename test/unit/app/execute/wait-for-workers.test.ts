import { describe, expect, it } from 'vitest';
import type { EngineStatus, WorkerStatus } from '../../../../src/core/domain/worker-status.ts';
import type { RmaEvent } from '../../../../src/core/events.ts';
import { unstarted } from '../../../../src/core/worker/model-progress.ts';
import { executeStep } from '../../../helpers/builders/execute-step.ts';
import { containerOf } from '../../../helpers/host/container-of.ts';
import { dockerOf, engineOf, hostOf, invocationOf, listing } from '../../../helpers/host/port-builders.ts';

const status = (state: WorkerStatus['state'], engine: EngineStatus): WorkerStatus => ({
  schema: 'rma.worker-status/v1',
  worker: 'box-demo-gpu-worker',
  profile: 'gpu-worker',
  state,
  since: '',
  failure: null,
  models: [],
  engines: [engine],
  registered: state === 'ready',
});

const service = 'gpu-worker-ollama';
const note = 'llava:7b: 2.1 of 5.5 GiB is on the CPU; not enough free GPU memory';
const misplaced: EngineStatus = {
  service,
  state: 'waiting',
  note,
  fault: { code: 'RMA_ENGINE_MISPLACED', message: `${service}: ${note}`, hint: 'rma gpus', exitCode: 1 },
};

/** Returns a host whose worker reports these states in order. */
const hostThatReports = (...reported: readonly WorkerStatus[]) =>
  hostOf({
    engine: engineOf(listing(() => [containerOf({ service: 'gpu-worker-worker' })])),
    docker: dockerOf({
      exec: async (_id, _argv, { onStdout }) => {
        for (const each of reported) onStdout?.(JSON.stringify(each));
        return { exitCode: 0, stdout: '', stderr: '' };
      },
    }),
  });

const worker = { service: 'gpu-worker-worker', engines: [service] };

const wait = (kind: 'wait-until-ready' | 'wait-for-models', host: ReturnType<typeof hostThatReports>) =>
  executeStep(host, invocationOf(), {
    step: { kind, ...worker, cause: 'will be started', destructive: false },
    payload: { waitSeconds: 60 },
  });

describe('waiting for a worker', () => {
  const ready = status('ready', { service, state: 'ready' });
  const loading = status('waiting-for-engines', { service, state: 'waiting', note: 'loading llava:7b' });

  it('fails at once if an engine loaded a model elsewhere than planned', async () => {
    const host = hostThatReports(loading, status('waiting-for-engines', misplaced), ready);
    await expect(wait('wait-until-ready', host)).rejects.toMatchObject({
      code: 'RMA_ENGINE_MISPLACED',
      exitCode: 1,
      message: `gpu-worker-ollama: ${note}`,
      hint: 'rma gpus',
      details: { engine: service },
    });
  });

  it('ignores errors of engines that will be replaced while it waits for models', async () => {
    const fetching = status('downloading', misplaced);
    const host = hostThatReports(fetching, status('waiting-for-engines', misplaced));
    await expect(wait('wait-for-models', host)).resolves.toBeUndefined();
  });

  it('fails with the error of a failed worker', async () => {
    const failure = { code: 'RMA_HUB_DENIED', message: 'no', exitCode: 4 } as const;
    const host = hostThatReports(loading, { ...loading, state: 'failed', failure });
    await expect(wait('wait-for-models', host)).resolves.toBeUndefined();
    await expect(wait('wait-until-ready', host)).rejects.toMatchObject({
      code: 'RMA_HUB_DENIED',
      exitCode: 4,
    });
  });

  it('succeeds with a confirmation that is newer than the last start of its engines and the coordinator', async () => {
    const at = (ms: number) => ({ ...ready, confirmedAt: new Date(ms).toISOString() });
    const reported: string[] = [];
    const host = hostOf({
      engine: engineOf(
        listing(() => [
          containerOf({ service: 'gpu-worker-worker' }),
          containerOf({ service, startedAt: 2000 }),
          containerOf({ service: 'coordinator', profile: null, startedAt: 3000 }),
        ]),
      ),
      docker: hostThatReports(at(1000), at(2999), at(3000), at(4000)).docker,
    });
    const reporter = {
      emit: (event: RmaEvent) => {
        if (event.type === 'worker') reported.push(event.status.confirmedAt ?? '');
      },
    };
    await executeStep(host, invocationOf({ reporter }), {
      step: { kind: 'wait-until-ready', ...worker, cause: 'will be started', destructive: false },
      payload: { waitSeconds: 60 },
    });
    expect(reported.slice(0, 3).map((time) => Date.parse(time))).toEqual([1000, 2999, 3000]);
  });

  it.each(['exited', 'dead'] as const)(
    'fails with the last log line of a worker that is %s',
    async (state) => {
      const stopped = hostOf({
        engine: engineOf({
          ...listing(() => [containerOf({ service: 'gpu-worker-worker', state })]),
          logTail: async () => ['starts', 'cannot read its configuration'],
        }),
      });
      await expect(wait('wait-for-models', stopped)).rejects.toMatchObject({
        code: 'RMA_WORKER_STOPPED',
        message: expect.stringContaining('cannot read its configuration'),
      });
    },
  );

  it('fails if a running worker never responds', async () => {
    const silent = hostThatReports();
    const host = { ...silent, engine: { ...silent.engine, logTail: async () => [] } };
    await expect(wait('wait-for-models', host)).rejects.toMatchObject({ code: 'RMA_WORKER_STOPPED' });
  });
});

it('waiting for a download by a worker ends when that model is present, not another one', async () => {
  const ref = 'hf:org/repo';
  const fetching = status('downloading', { service, state: 'waiting' });
  const present = (...refs: readonly string[]): WorkerStatus => ({
    ...fetching,
    models: refs.map((each) => ({ ...unstarted(each, 1), state: 'present' })),
  });
  const step = {
    kind: 'fetch-model',
    ref,
    bytes: 1,
    files: [],
    by: 'worker',
    workers: [worker.service],
    cause: 'is not in the store',
    destructive: false,
  } as const;
  const execute = (...reported: readonly WorkerStatus[]) =>
    executeStep(hostThatReports(...reported), invocationOf(), { step });
  const failure = { code: 'RMA_HUB_DENIED', message: 'no', exitCode: 4 } as const;
  const other = present('hf:org/other');
  await expect(execute(other, present('hf:org/other', ref))).resolves.toBeUndefined();
  await expect(execute(other, { ...other, state: 'failed', failure })).rejects.toMatchObject(failure);
});
