import { describe, expect, it, vi } from 'vitest';
import { planUp } from '../../../src/app/plan-up.ts';
import { status } from '../../../src/app/status.ts';
import { up } from '../../../src/app/up.ts';
import { RmaError } from '../../../src/core/errors.ts';
import { catalogOf, configOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { upRequest } from '../../helpers/host/up-request.ts';

const config = configOf({
  volumes: { store: { type: 'host', path: '/srv/models' }, cache: { type: 'named', name: 'rma-cache' } },
});
const invocation = fakeInvocation(catalogOf({ chat: [profileServiceOf()] }));

async function running(): Promise<FakeHost> {
  const host = new FakeHost();
  await up(host, invocation, upRequest({ config }));
  return host;
}

describe('status', () => {
  it('reports the host and its workers', async () => {
    const host = await running();
    const report = await status(host, invocation, config);
    expect(report.host).toEqual({ name: 'box', memory: host.memory, storeFreeBytes: 2 ** 42 });
    expect(report.workers).toMatchObject([{ service: 'chat-worker', status: { state: 'ready' } }]);
  });

  it('[case S03] reports what up repairs: the cause of each service that does not work', async () => {
    const host = await running();
    host.engine.alter(host.engine.find(config.project, 'chat-llm')?.id ?? '', {
      lostNetwork: 'demo_default',
    });
    const { workers } = await status(host, invocation, config);
    const cause = 'it is not connected to its network demo_default';
    expect(workers[0]?.troubles).toEqual([{ service: 'chat-llm', kind: 'recreate-service', cause }]);
    const { plan } = await planUp(host, invocation, upRequest({ config }));
    expect(plan.operations).toContainEqual(
      expect.objectContaining({ service: 'chat-llm', kind: 'recreate-service', cause }),
    );
  });

  it('[case S03] names an engine whose container was removed, as a plan does', async () => {
    const host = await running();
    host.engine.destroy(host.engine.find(config.project, 'chat-llm')?.id ?? '');
    host.workers.script('chat-worker', (usual) => ({
      ...usual,
      state: 'degraded',
      engines: [{ service: 'chat-llm', state: 'down', note: 'ENOTFOUND' }],
    }));
    const trouble = { service: 'chat-llm', kind: 'start-service', cause: 'has no container' };
    const { workers } = await status(host, invocation, config);
    expect(workers[0]?.troubles).toEqual([trouble]);
    const { plan } = await planUp(host, invocation, upRequest({ config }));
    expect(plan.operations).toContainEqual(expect.objectContaining(trouble));
  });

  it('reports the host when no worker exists', async () => {
    const host = new FakeHost();
    expect(await status(host, invocation, config)).toMatchObject({ host: { name: 'box' }, workers: [] });
  });

  it('rejects a worker of another version, with the command that recreates it', async () => {
    const host = await running();
    host.workers.script('chat-worker', (usual) => Object.assign({}, usual, { state: 'pruning' }));
    await expect(status(host, invocation, config)).rejects.toMatchObject({
      code: 'RMA_WORKER_INCOMPATIBLE',
      message: expect.stringContaining('not "pruning"'),
      hint: expect.stringContaining('rma up'),
    });
  });

  it('[case S04] reports a worker that does not respond, with the step that repairs it', async () => {
    const host = await running();
    const timeout = new RmaError('RMA_COMMAND_TIMEOUT', 'docker exec timed out');
    vi.spyOn(host.docker, 'exec').mockRejectedValue(timeout);
    const { workers } = await status(host, invocation, config);
    expect(workers).toMatchObject([
      {
        service: 'chat-worker',
        status: null,
        troubles: [
          {
            service: 'chat-worker',
            kind: 'restart-service',
            cause: 'it does not respond (docker exec did not finish within 120 s)',
          },
        ],
      },
    ]);
  });

  it('[req N19] [case S03] names the engines and models that degrade a worker, as a plan does', async () => {
    const host = await running();
    const engine = host.engine.all.find(({ service }) => service === 'chat-llm');
    host.engine.alter(engine?.id ?? '', { lostNetwork: 'demo_default' });
    host.workers.script('chat-worker', (usual) => ({
      ...usual,
      state: 'degraded',
      models: usual.models.map((model) => ({ ...model, state: 'waiting' })),
    }));
    const { workers } = await status(host, invocation, config);
    expect(workers[0]?.troubles).toEqual([
      {
        service: 'chat-llm',
        kind: 'recreate-service',
        cause: 'it is not connected to its network demo_default',
      },
      { service: 'chat-worker', kind: 'restart-service', cause: 'some of its models are not in the store' },
    ]);
  });
});
