import { describe, expect, it } from 'vitest';
import { downHosts, planDownHosts } from '../../../src/app/down-hosts.ts';
import { planHosts } from '../../../src/app/plan-hosts.ts';
import { restartHosts } from '../../../src/app/restart-hosts.ts';
import { upHosts } from '../../../src/app/up-hosts.ts';
import { RmaError } from '../../../src/core/errors.ts';
import type { Plan } from '../../../src/core/plan/plan-types.ts';
import { parseProjectState } from '../../../src/core/profile/project-state.ts';
import { catalogOf, configOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { Rack } from '../../helpers/host/rack.ts';

const profiles = {
  chat: [profileServiceOf({ engine: 'one', gpus: 0 })],
  ocr: [profileServiceOf({ engine: 'two', gpus: 0 })],
};
const invocation = fakeInvocation(catalogOf(profiles, ['one', 'two']));

/** Returns hosts that run the profiles, and what to take down on them. */
async function running(added: readonly string[] = []) {
  const rack = new Rack('a', 'b');
  const { hosts } = rack.request().config;
  const names = ['chat', 'ocr'].filter((name) => !added.includes(name));
  const config = configOf({ hosts, profiles: names, placement: {} });
  await upHosts(invocation, rack.request({ config }));
  if (added.length > 0) await upHosts(invocation, rack.request({ config, profiles: added }));
  const request = rack.request({ config });
  const shown: Plan[] = [];
  const show = (plan: Plan) => void shown.push(plan);
  return { rack, config, shown, request: { ...request, profiles: [] as readonly string[], show } };
}

const outcomes = (hosts: readonly { readonly host: string; readonly ok: boolean }[]) =>
  Object.fromEntries(
    hosts.map((each) => [
      each.host,
      'error' in each && each.error instanceof RmaError ? each.error.code : each.ok,
    ]),
  );

describe('down on several hosts', () => {
  it('is one plan, in which the coordinator leaves after the workers of all hosts', async () => {
    const { rack, request, shown } = await running();
    const { hosts } = await downHosts(invocation, request);
    expect(outcomes(hosts)).toEqual({ a: true, b: true });
    expect([...rack.running('a'), ...rack.running('b')]).toEqual([]);
    const [plan] = shown;
    const last = plan?.operations.find(({ id }) => id === 'a: remove-service coordinator');
    expect(last?.after).toContain('b: remove-service ocr-worker');
    for (const host of rack.hosts.values())
      expect([...(await host.engine.volumes()).keys()]).toEqual(['rma-models']);
  });

  it('takes the locks of all hosts in the order of their names before it changes anything', async () => {
    const { rack, request } = await running();
    const log: string[] = [];
    for (const { name, engine } of rack.hosts.values()) {
      const create = engine.createVolume.bind(engine);
      const remove = engine.remove.bind(engine);
      engine.createVolume = async (volume, settings) => {
        log.push(`${name} locks`);
        await create(volume, settings);
      };
      engine.remove = async (containers) => {
        log.push(`${name} removes`);
        await remove(containers);
      };
    }
    await downHosts(invocation, { ...request, selected: ['b', 'a'] });
    expect(log.slice(0, 2)).toEqual(['a locks', 'b locks']);
  });

  it('is complete on the other hosts if one does not respond', async () => {
    const { rack, request } = await running();
    rack.lost.add('b');
    const { hosts } = await downHosts(invocation, request);
    expect(outcomes(hosts)).toEqual({ a: true, b: 'RMA_HOST_UNREACHABLE' });
    expect(rack.running('a')).toEqual([]);
    expect(rack.running('b')).toEqual(['ocr-two', 'ocr-worker']);
  });

  it('forgets a profile that --profile added, on all hosts', async () => {
    const { rack, config, request } = await running(['ocr']);
    await downHosts(invocation, { ...request, profiles: ['ocr'] });
    expect(rack.running('b')).toEqual([]);
    for (const [name, { files }] of rack.hosts) {
      const state = parseProjectState((await files.read(`/state/${name}/state.json`)) ?? '', '');
      expect(state).toMatchObject({ profiles: [], assigned: { a: ['chat'], b: [] } });
    }
    const { plan } = await planHosts(invocation, rack.request({ config }));
    expect(plan.operations).toEqual([]);
  });

  it('takes down a profile that the data no longer has, on the host that runs it', async () => {
    const { rack, request } = await running(['ocr']);
    const { ocr: _, ...left } = profiles;
    const without = fakeInvocation(catalogOf(left, ['one']));
    const { hosts } = await downHosts(without, { ...request, profiles: ['ocr'] });
    expect(outcomes(hosts)).toEqual({ a: true, b: true });
    expect(rack.running('b')).toEqual([]);
    const again = await planDownHosts(without, { ...request, profiles: ['ocr'] });
    expect(outcomes(again.hosts)).toEqual({ a: 'RMA_PROFILE_UNKNOWN', b: 'RMA_PROFILE_UNKNOWN' });
  });

  it('removes a profile from the project that the data no longer has and that has no containers', async () => {
    const { rack, config, request } = await running(['ocr']);
    await rack.hosts.get('b')!.engine.remove(rack.hosts.get('b')!.engine.all.map(({ id }) => id));
    const { ocr: _, ...left } = profiles;
    const without = fakeInvocation(catalogOf(left, ['one']));
    await expect(planHosts(without, rack.request({ config }))).rejects.toMatchObject({
      code: 'RMA_PROFILE_UNKNOWN',
    });
    await downHosts(without, { ...request, profiles: ['ocr'] });
    const { assignment } = await planHosts(without, rack.request({ config }));
    expect(Object.fromEntries(assignment.profiles)).toEqual({ a: ['chat'], b: [] });
  });
});

describe('restart on several hosts', () => {
  it('restarts the services where they run, in one plan', async () => {
    const { request, shown } = await running();
    const { hosts } = await restartHosts(invocation, { ...request, services: ['ocr-two'] });
    expect(outcomes(hosts)).toEqual({ a: 'RMA_SERVICE_UNKNOWN', b: true });
    expect(shown).toHaveLength(1);
    expect(shown[0]?.operations.map(({ host }) => host)).not.toContain('a');
  });

  it('starts workers of other hosts after the coordinator', async () => {
    const { request, shown } = await running();
    const { hosts } = await restartHosts(invocation, { ...request, services: [] });
    expect(outcomes(hosts)).toEqual({ a: true, b: true });
    const ready = shown[0]?.operations.find(({ id }) => id === 'b: wait-until-ready ocr-worker');
    expect(ready?.after).toContain('a: restart-service coordinator');
  });
});
