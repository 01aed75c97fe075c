import { describe, expect, it, vi } from 'vitest';
import { planRestart, restart } from '../../../src/app/restart.ts';
import { up } from '../../../src/app/up.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';
import { THREE_PROFILES } from '../../helpers/builders/three-profiles.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { upRequest } from '../../helpers/host/up-request.ts';

const config = configOf({ profiles: ['a'] });
const invocation = fakeInvocation(THREE_PROFILES);
const quiet = { waitSeconds: 60, show: () => undefined };

async function running(): Promise<FakeHost> {
  const host = new FakeHost();
  await up(host, invocation, upRequest({ config }));
  host.takeChanges();
  return host;
}

describe('restart', () => {
  it('restarts the containers of the given services and keeps them', async () => {
    const host = await running();
    const before = host.engine.find('demo', 'a-one');
    await restart(host, invocation, { ...quiet, config, services: ['a-one'] });
    expect(host.takeChanges()).toEqual(['stop a-worker', 'stop a-one', 'start a-one', 'start a-worker']);
    const after = host.engine.find('demo', 'a-one');
    expect(after?.id).toBe(before?.id);
    expect(after?.startedAt).toBeGreaterThan(before?.startedAt ?? 0);
  });

  it('rejects an unknown service with a suggestion, and changes nothing', async () => {
    const host = await running();
    const misspelt = restart(host, invocation, { ...quiet, config, services: ['a-one', 'a-worke'] });
    await expect(misspelt).rejects.toMatchObject({
      code: 'RMA_SERVICE_UNKNOWN',
      exitCode: 2,
      message: 'unknown service "a-worke"',
      hint: 'did you mean a-worker?',
    });
    const unknown = restart(host, invocation, { ...quiet, config, services: ['database'] });
    await expect(unknown).rejects.toMatchObject({
      hint: 'services of this project: a-one, a-worker, coordinator',
    });
    expect(host.takeChanges()).toEqual([]);
  });

  it.each([
    ['the service itself', 'a-one', ['a-one']],
    ['an engine that its worker waits for', 'a-one', ['a-worker']],
    ['the worker, with all services', 'a-worker', []],
    ['the coordinator', 'coordinator', ['a-worker']],
  ])('[case S03] fails at once if a network was disconnected: %s', async (...[, service, services]) => {
    const host = await running();
    host.engine.alter(host.engine.find('demo', service)?.id ?? '', { lostNetwork: 'demo_default' });
    host.takeChanges();
    await expect(restart(host, invocation, { ...quiet, config, services })).rejects.toMatchObject({
      code: 'RMA_SERVICE_DISCONNECTED',
      exitCode: 3,
      message: `${service} is not connected to its network demo_default, and a restart cannot reconnect it`,
      hint: 'to recreate it: rma up',
    });
    expect(host.takeChanges()).toEqual([]);
  });

  it('[case S03] restarts a service that needs no disconnected one', async () => {
    const host = await running();
    host.engine.alter(host.engine.find('demo', 'a-one')?.id ?? '', {
      lostNetwork: 'demo_default',
      state: 'exited',
    });
    await restart(host, invocation, { ...quiet, config, services: ['coordinator'] });
    expect(host.engine.find('demo', 'coordinator')?.state).toBe('running');
  });

  it('starts a drained worker again when its engine cannot be restarted', async () => {
    const host = await running();
    vi.spyOn(host.engine, 'start').mockRejectedValueOnce(new Error('no such device'));
    const all = restart(host, invocation, { ...quiet, config, services: [] });
    await expect(all).rejects.toThrow('no such device');
    expect(host.engine.find('demo', 'a-worker')?.state).toBe('running');
  });

  it('does nothing if nothing is running', async () => {
    const host = new FakeHost();
    const plan = await restart(host, invocation, { ...quiet, config, services: ['a-one'] });
    expect(plan.operations).toEqual([]);
    expect(host.takeChanges()).toEqual([]);
  });

  it('returns its plan without changing anything', async () => {
    const host = await running();
    const { plan } = await planRestart(host, invocation, { config, services: [], waitSeconds: 60 });
    expect(plan.summary).toMatchObject({ create: 0, change: 3, remove: 0 });
    expect(host.takeChanges()).toEqual([]);
  });
});
