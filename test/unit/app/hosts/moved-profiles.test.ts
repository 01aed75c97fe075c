import { describe, expect, it } from 'vitest';
import { planHosts } from '../../../../src/app/plan-hosts.ts';
import { upHosts } from '../../../../src/app/up-hosts.ts';
import type { RmaConfig } from '../../../../src/core/domain/config.ts';
import { RmaError } from '../../../../src/core/errors.ts';
import type { Plan } from '../../../../src/core/plan/plan-types.ts';
import { catalogOf, configOf, profileServiceOf } from '../../../helpers/builders/render-builders.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';
import { Rack } from '../../../helpers/host/rack.ts';

const catalog = catalogOf(
  {
    chat: [profileServiceOf({ engine: 'one', gpus: 0 })],
    ocr: [profileServiceOf({ engine: 'two', gpus: 0 })],
    extra: [profileServiceOf({ engine: 'three', gpus: 0 })],
  },
  ['one', 'two', 'three'],
);
const invocation = fakeInvocation(catalog);

/** Returns the configuration of a rack with the host of each profile. */
function placed(rack: Rack, chat: string, ocr: string): RmaConfig {
  const on = (host: string) => ({ replicas: 1, hosts: [host], labels: {}, strategy: 'spread' as const });
  const { hosts } = rack.request().config;
  return configOf({ hosts, profiles: ['chat', 'ocr'], placement: { chat: on(chat), ocr: on(ocr) } });
}

/** Lets every operation of a host fail that writes a file. */
function failWrites(rack: Rack, host: string): void {
  rack.hosts.get(host)!.files.write = async () => {
    throw new RmaError('RMA_DISK_FULL', 'disk full', { exitCode: 5 });
  };
}

/** Returns the operations that an operation follows, also through others. */
function followed({ operations }: Plan, id: string): readonly string[] {
  const all = new Set<string>();
  const add = (each: string): void => {
    for (const other of operations.find((operation) => operation.id === each)?.after ?? []) {
      if (all.has(other)) continue;
      all.add(other);
      add(other);
    }
  };
  add(id);
  return [...all];
}

describe('a profile that moves to another host', () => {
  it.each([[['ocr']], [[]]])(
    'is removed on the first one after it is ready there (profiles: %j)',
    async (profiles) => {
      const rack = new Rack('a', 'b');
      await upHosts(invocation, rack.request({ config: placed(rack, 'a', 'a') }));
      const { plan, hosts } = await upHosts(
        invocation,
        rack.request({ config: placed(rack, 'a', 'b'), profiles }),
      );
      expect(hosts.map(({ error }) => error)).toEqual([null, null]);
      expect(followed(plan, 'a: drain-worker ocr-worker')).toContain('b: wait-until-ready ocr-worker');
      expect(followed(plan, 'a: remove-service ocr-two')).toContain('b: wait-until-ready ocr-worker');
      expect(plan.operations.filter(({ destructive }) => destructive)).toEqual([]);
      expect(plan.checks.map(({ code }) => code)).toEqual(['RMA_PLAN_PLACEMENT']);
      expect(rack.running('a')).toEqual(['chat-one', 'chat-worker', 'coordinator']);
      expect(rack.running('b')).toEqual(['ocr-two', 'ocr-worker']);
    },
  );

  it('trades places with another one', async () => {
    const rack = new Rack('a', 'b');
    await upHosts(invocation, rack.request({ config: placed(rack, 'a', 'b') }));
    const { hosts } = await upHosts(invocation, rack.request({ config: placed(rack, 'b', 'a') }));
    expect(hosts.map(({ error }) => error)).toEqual([null, null]);
    expect(rack.running('a')).toEqual(['coordinator', 'ocr-two', 'ocr-worker']);
    expect(rack.running('b')).toEqual(['chat-one', 'chat-worker']);
  });

  it('runs on while the other host cannot take it, or fails', async () => {
    const rack = new Rack('a', 'b', 'c');
    await upHosts(invocation, rack.request({ config: placed(rack, 'a', 'c') }));
    const { files } = rack.hosts.get('b')!;
    const config = placed(rack, 'a', 'b');
    await files.write('/state/b/resolved.json', 'damaged', 0o644);
    const planned = await planHosts(invocation, rack.request({ config }));
    expect([...planned.faults.keys()]).toEqual(['b']);
    expect(planned.plan.operations.filter(({ kind }) => kind === 'remove-service')).toEqual([]);

    await files.remove('/state/b/resolved.json');
    failWrites(rack, 'b');
    const { hosts } = await upHosts(invocation, rack.request({ config }));
    expect(hosts.map(({ host, error }) => [host, error?.code])).toEqual([
      ['a', undefined],
      ['b', 'RMA_DISK_FULL'],
      ['c', 'RMA_HOST_INCOMPLETE'],
    ]);
    expect(rack.running('c')).toEqual(['ocr-two', 'ocr-worker']);
  });

  it('runs on while the other host fails, also if the coordinator starts on its own host', async () => {
    const rack = new Rack('a', 'b');
    await upHosts(invocation, rack.request({ config: placed(rack, 'a', 'a') }));
    const { engine } = rack.hosts.get('a')!;
    const coordinator = engine.all.filter(({ service }) => service === 'coordinator');
    await engine.remove(coordinator.map(({ id }) => id));
    failWrites(rack, 'b');
    await upHosts(invocation, rack.request({ config: placed(rack, 'a', 'b') }));
    expect(rack.running('a')).toEqual(['chat-one', 'chat-worker', 'coordinator', 'ocr-two', 'ocr-worker']);
  });

  it('delays nothing else on its host', async () => {
    const rack = new Rack('a', 'b', 'c');
    await upHosts(invocation, rack.request({ config: placed(rack, 'a', 'c') }));
    const extra = { replicas: 1, hosts: ['c'], labels: {}, strategy: 'spread' as const };
    const { placement, hosts, profiles } = placed(rack, 'a', 'b');
    const config = configOf({
      hosts,
      profiles: [...profiles, 'extra'],
      placement: { ...placement, extra },
    });
    failWrites(rack, 'b');
    await upHosts(invocation, rack.request({ config }));
    expect(rack.running('c')).toEqual(['extra-three', 'extra-worker', 'ocr-two', 'ocr-worker']);
  });

  it.each(['lost', 'not selected'])(
    'from a host that is %s runs on the other one, with a warning',
    async (why) => {
      const rack = new Rack('a', 'b', 'c');
      await upHosts(invocation, rack.request({ config: placed(rack, 'a', 'c') }));
      if (why === 'lost') rack.lost.add('c');
      const config = placed(rack, 'a', 'b');
      const selected = why === 'lost' ? ['a', 'b', 'c'] : ['a', 'b'];
      const { plan } = await upHosts(invocation, rack.request({ config, selected, profiles: ['ocr'] }));
      expect(rack.running('b')).toEqual(['ocr-two', 'ocr-worker']);
      expect(plan.checks.map(({ code, message }) => [code, message])).toContainEqual([
        'RMA_HOSTS_LEFT_BEHIND',
        'profile ocr may still run on host c, which does not respond or is not selected',
      ]);

      rack.lost.clear();
      await upHosts(invocation, rack.request({ config }));
      expect(rack.running('b')).toEqual(['ocr-two', 'ocr-worker']);
      expect(rack.running('c')).toEqual([]);
    },
  );
});
