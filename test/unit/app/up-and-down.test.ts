import { describe, expect, it } from 'vitest';
import { down } from '../../../src/app/down.ts';
import { up } from '../../../src/app/up.ts';
import { catalogOf, configOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { upRequest } from '../../helpers/host/up-request.ts';

const config = configOf();
const request = upRequest({ config });
const invocation = fakeInvocation(catalogOf({ chat: [profileServiceOf()] }));

const stateOf = (host: FakeHost) =>
  Object.fromEntries(host.engine.all.map(({ service, state }) => [service, state]));

describe('a stack on a fake host', () => {
  it('starts with up, is unchanged by a second up, and is removed by down', async () => {
    const host = new FakeHost();
    expect(await up(host, invocation, request)).toMatchObject({ changed: true });
    expect(stateOf(host)).toEqual({
      coordinator: 'running',
      'chat-worker': 'running',
      'chat-llm': 'running',
    });
    expect([...host.workers.store]).toEqual(['hf:org/small:small.gguf']);
    host.takeChanges();

    // its own services use its ports now
    for (const { ports } of host.engine.all) for (const { hostPort } of ports) host.takenPorts.add(hostPort);
    expect(host.takenPorts.size).toBe(2);
    expect(await up(host, invocation, request)).toMatchObject({ changed: false });
    expect(host.takeChanges()).toEqual([]);

    await down(host, invocation, { config, profiles: [] });
    expect(stateOf(host)).toEqual({});
    expect(await host.engine.networks()).toEqual([]);
    expect([...(await host.engine.volumes()).keys()]).toEqual(['rma-models']);
  });
});
