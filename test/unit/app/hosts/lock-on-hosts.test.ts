import { describe, expect, it } from 'vitest';
import { respondingHosts } from '../../../../src/app/hosts/responding-hosts.ts';
import { lockModels } from '../../../../src/app/models/lock-models.ts';
import { upHosts } from '../../../../src/app/up-hosts.ts';
import { catalogOf, configOf, profileServiceOf } from '../../../helpers/builders/render-builders.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';
import { Rack } from '../../../helpers/host/rack.ts';

const catalog = catalogOf({
  chat: [profileServiceOf({ models: ['small'], gpus: 0 })],
  ocr: [profileServiceOf({ models: ['big'], gpus: 0 })],
});
const invocation = fakeInvocation(catalog);

describe('rma.lock of a project on several hosts', () => {
  it('has the models of all its hosts, by the first one that responds', async () => {
    const rack = new Rack('a', 'b');
    const { hosts } = rack.request().config;
    const config = configOf({ hosts, profiles: ['chat'], placement: {}, directory: '/project' });
    await upHosts(invocation, rack.request({ config, profiles: ['ocr'] }));
    await upHosts(invocation, rack.request({ config }));

    rack.lost.add('a');
    const [first, ...others] = await respondingHosts(rack.request({ config }));
    expect([first.host.name, others]).toEqual(['b', []]);
    const { lock } = await lockModels(first.host, invocation, {
      config: first.config,
      store: null,
      update: [],
      refresh: false,
      dryRun: true,
    });
    expect([...lock.models.keys()]).toEqual([
      expect.stringContaining('big'),
      expect.stringContaining('small'),
    ]);
  });

  it('is an error with the fault of the first host if none responds', async () => {
    const rack = new Rack('a', 'b');
    rack.lost.add('a').add('b');
    await expect(respondingHosts(rack.request())).rejects.toMatchObject({
      code: 'RMA_HOST_UNREACHABLE',
      details: { host: 'a' },
    });
  });
});
