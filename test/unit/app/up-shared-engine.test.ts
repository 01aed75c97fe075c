import { describe, expect, it } from 'vitest';
import { up } from '../../../src/app/up.ts';
import { catalogOf, configOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';

const config = configOf({ profiles: [] });
const request = (...profiles: readonly string[]) => ({
  config,
  profiles,
  refresh: false,
  removeOrphans: false,
  waitSeconds: 60,
  confirm: async () => undefined,
  show: () => undefined,
});
const small = profileServiceOf({ models: ['small'] });
const both = profileServiceOf({ models: ['small', 'big'] });

describe('up of a profile that shares an engine', () => {
  it('also applies the changes of a running profile whose engine it replaces', async () => {
    const host = new FakeHost();
    await up(host, fakeInvocation(catalogOf({ b: [both], c: [small] })), request('b'));
    const { plan } = await up(host, fakeInvocation(catalogOf({ b: [small], c: [small] })), request('c'));
    expect(plan.operations.map(({ id }) => id)).toContain('recreate-service b-worker');
    const states = host.engine.all.map((each) => [each.service, host.workers.status(each).state]);
    expect(Object.fromEntries(states)).toMatchObject({ 'b-worker': 'ready', 'c-worker': 'ready' });
  });
});
