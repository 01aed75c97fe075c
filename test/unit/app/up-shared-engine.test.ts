import { describe, expect, it, vi } from 'vitest';
import { up } from '../../../src/app/up.ts';
import { catalogOf, configOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { upRequest } from '../../helpers/host/up-request.ts';

const config = configOf({ profiles: [] });
const request = (...profiles: readonly string[]) => upRequest({ config, profiles });
const small = profileServiceOf({ models: ['small'] });
const both = profileServiceOf({ models: ['small', 'big'] });

describe('up of a profile that shares an engine', () => {
  it('also applies the changes of another running profile whose engine is replaced', async () => {
    const host = new FakeHost();
    await up(host, fakeInvocation(catalogOf({ b: [both], c: [small] })), request('b'));
    const { plan } = await up(host, fakeInvocation(catalogOf({ b: [small], c: [small] })), request('c'));
    expect(plan.operations.map(({ id }) => id)).toContain('recreate-service b-worker');
    const states = host.engine.all.map((each) => [each.service, host.workers.status(each).state]);
    expect(Object.fromEntries(states)).toMatchObject({ 'b-worker': 'ready', 'c-worker': 'ready' });
  });

  it('restarts the drained worker of another profile if the engine cannot be replaced', async () => {
    const host = new FakeHost();
    const catalog = catalogOf({ b: [small], c: [small] });
    await up(host, fakeInvocation(catalog), request('b'));
    await up(host, fakeInvocation(catalog), request('c'));
    const engine = host.engine.all.find(({ service }) => service === 'b-llm');
    host.engine.alter(engine?.id ?? '', { configHash: 'older' });
    vi.spyOn(host.docker, 'up').mockRejectedValueOnce(new Error('no space left'));
    await expect(up(host, fakeInvocation(catalog), request('c'))).rejects.toThrow('no space left');
    const states = host.engine.all.map(({ service, state }) => [service, state]);
    expect(Object.fromEntries(states)).toMatchObject({ 'b-worker': 'running' });
  });
});
