import { describe, expect, it } from 'vitest';
import { observeProject } from '../../../../src/app/observe/observe-project.ts';
import { status } from '../../../../src/app/status.ts';
import { up } from '../../../../src/app/up.ts';
import { catalogOf, configOf, profileServiceOf } from '../../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';

const config = configOf({
  volumes: { store: { type: 'host', path: '/srv/models' }, cache: { type: 'named', name: 'rma-cache' } },
});
const invocation = fakeInvocation(catalogOf({ chat: [profileServiceOf()] }));

async function hostWithNewerWorker(): Promise<FakeHost> {
  const host = new FakeHost();
  await up(host, invocation, {
    config,
    profiles: [],
    refresh: false,
    removeOrphans: false,
    waitSeconds: 60,
    confirm: async () => undefined,
    show: () => undefined,
  });
  host.workers.script('chat-worker', (usual) => Object.assign({}, usual, { state: 'pruning' }));
  return host;
}

describe('a worker of another version', () => {
  it('is an error of rma status, with the command that recreates it', async () => {
    await expect(status(await hostWithNewerWorker(), invocation, config)).rejects.toMatchObject({
      code: 'RMA_WORKER_INCOMPATIBLE',
      message: expect.stringContaining('not "pruning"'),
      hint: expect.stringContaining('rma up'),
    });
  });

  it('does not keep a plan from recreating it', async () => {
    const host = await hostWithNewerWorker();
    const { containers, workers } = await observeProject(host, invocation, await host.engine.containers());
    expect(workers.has('chat-worker')).toBe(false);
    expect(containers).toContainEqual(expect.objectContaining({ service: 'chat-worker', worker: null }));
  });
});
