import { describe, expect, it } from 'vitest';
import { followWorker } from '../../../../src/app/execute/follow-worker.ts';
import type { EngineStatus, WorkerStatus } from '../../../../src/core/domain/worker-status.ts';
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
const note = 'llava:7b: 2.1 of 5.5 GiB are on the CPU: the GPU has too little free memory';
const misplaced: EngineStatus = {
  service,
  state: 'waiting',
  note,
  fault: { code: 'RMA_ENGINE_MISPLACED', message: `${service}: ${note}`, hint: 'rma gpus', exitCode: 1 },
};

/** A host whose worker reports these states, one after the other. */
const hostThatReports = (...reported: readonly WorkerStatus[]) =>
  hostOf({
    engine: engineOf(listing(() => [containerOf({ project: 'demo', service: 'gpu-worker-worker' })])),
    docker: dockerOf({
      exec: async (_id, _argv, { onStdout }) => {
        for (const each of reported) onStdout?.(JSON.stringify(each));
        return { exitCode: 0, stdout: '', stderr: '' };
      },
    }),
  });

const isReady = ({ state }: WorkerStatus) => state === 'ready';

describe('followWorker', () => {
  const ready = status('ready', { service, state: 'ready' });
  const loading = status('waiting-for-engines', { service, state: 'waiting', note: 'loading llava:7b' });

  it('ends at once when an engine holds a model elsewhere than planned, instead of waiting for it', async () => {
    const host = hostThatReports(loading, status('waiting-for-engines', misplaced), ready);
    const follow = followWorker(host, invocationOf(), {
      project: 'demo',
      service: 'gpu-worker-worker',
      until: isReady,
      engines: true,
    });
    await expect(follow).rejects.toMatchObject({
      code: 'RMA_ENGINE_MISPLACED',
      exitCode: 1,
      message: `gpu-worker-ollama: ${note}`,
      hint: 'rma gpus',
      details: { engine: service },
    });
  });

  it('takes no notice of engines that are still to be replaced', async () => {
    const host = hostThatReports(status('waiting-for-engines', misplaced), ready);
    const follow = followWorker(host, invocationOf(), {
      project: 'demo',
      service: 'gpu-worker-worker',
      until: isReady,
      engines: false,
    });
    await expect(follow).resolves.toMatchObject({ status: { state: 'ready' } });
  });
});
