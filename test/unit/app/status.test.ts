import { describe, expect, it } from 'vitest';
import { status } from '../../../src/app/status.ts';
import { up } from '../../../src/app/up.ts';
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
});
