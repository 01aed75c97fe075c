import { describe, expect, it } from 'vitest';
import { status } from '../../../src/app/status.ts';
import { up } from '../../../src/app/up.ts';
import { catalogOf, configOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';

const config = configOf({
  volumes: { store: { type: 'host', path: '/srv/models' }, cache: { type: 'named', name: 'rma-cache' } },
});
const invocation = fakeInvocation(catalogOf({ chat: [profileServiceOf()] }));

describe('status', () => {
  it('reports the host and its workers', async () => {
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
    const report = await status(host, invocation, config);
    expect(report.host).toEqual({ name: 'box', memory: host.memory, storeFreeBytes: 2 ** 42 });
    expect(report.workers).toMatchObject([{ service: 'chat-worker', status: { state: 'ready' } }]);
  });

  it('reports the host when no worker exists', async () => {
    const host = new FakeHost();
    expect(await status(host, invocation, config)).toMatchObject({ host: { name: 'box' }, workers: [] });
  });
});
