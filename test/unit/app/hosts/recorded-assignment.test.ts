import { describe, expect, it } from 'vitest';
import { planHosts } from '../../../../src/app/plan-hosts.ts';
import { upHosts } from '../../../../src/app/up-hosts.ts';
import type { RmaConfig } from '../../../../src/core/domain/config.ts';
import { parseProjectState } from '../../../../src/core/profile/project-state.ts';
import { catalogOf, configOf, profileServiceOf } from '../../../helpers/builders/render-builders.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';
import { Rack } from '../../../helpers/host/rack.ts';

const catalog = catalogOf(
  {
    chat: [profileServiceOf({ engine: 'one', gpus: 0 })],
    ocr: [profileServiceOf({ engine: 'two', gpus: 0 })],
  },
  ['one', 'two'],
);
const invocation = fakeInvocation(catalog);

const configFor = (rack: Rack, over: Partial<RmaConfig> = {}): RmaConfig =>
  configOf({ hosts: rack.request().config.hosts, profiles: ['chat', 'ocr'], placement: {}, ...over });
const onHosts = (placement: Readonly<Record<string, string>>): RmaConfig['placement'] =>
  Object.fromEntries(
    Object.entries(placement).map(([profile, host]) => [
      profile,
      { replicas: 1, hosts: [host], labels: {}, strategy: 'spread' as const },
    ]),
  );
const runs = ({ assignment }: Awaited<ReturnType<typeof planHosts>>) =>
  Object.fromEntries(assignment.profiles);
const stateOf = async (rack: Rack, name: string) =>
  parseProjectState((await rack.hosts.get(name)!.files.read(`/state/${name}/state.json`)) ?? '', '');

describe('what hosts record of the assignment', () => {
  it('counts by its newest copy: a host that missed a move does not undo it', async () => {
    const rack = new Rack('a', 'b', 'c');
    const before = configFor(rack, { placement: onHosts({ chat: 'b', ocr: 'c' }) });
    await upHosts(invocation, rack.request({ config: before }));
    rack.lost.add('b');
    const config = configFor(rack, { placement: onHosts({ chat: 'b', ocr: 'a' }) });
    await upHosts(invocation, rack.request({ config }));
    expect(rack.running('a')).toContain('ocr-two');

    rack.lost.clear();
    rack.lost.add('c');
    const planned = await planHosts(invocation, rack.request({ config: configFor(rack) }));
    expect(runs(planned)).toEqual({ a: ['ocr'], b: ['chat'], c: [] });
  });

  it('leaves a profile where it was placed instead when its lost host responds again', async () => {
    const rack = new Rack('a', 'b', 'c');
    const before = configFor(rack, { placement: onHosts({ chat: 'b', ocr: 'c' }) });
    await upHosts(invocation, rack.request({ config: before }));
    rack.lost.add('b');
    const config = configFor(rack);
    await upHosts(invocation, rack.request({ config, replanLost: true }));
    expect(rack.running('a')).toContain('chat-one');
    rack.lost.clear();
    expect(runs(await planHosts(invocation, rack.request({ config })))).toEqual({
      a: ['chat'],
      b: [],
      c: ['ocr'],
    });
  });

  it('is read without revisions, as an older version wrote it', async () => {
    const rack = new Rack('a', 'b');
    const config = configFor(rack);
    await upHosts(invocation, rack.request({ config }));
    for (const [name, host] of rack.hosts) {
      const { revisions: _, ...old } = await stateOf(rack, name);
      await host.files.write(`/state/${name}/state.json`, JSON.stringify(old), 0o644);
    }
    rack.lost.add('b');
    expect(runs(await planHosts(invocation, rack.request({ config })))).toEqual({ a: ['chat'], b: ['ocr'] });
  });
});

describe('profiles on several hosts', () => {
  it('leave the project when they are deleted from rma.yaml', async () => {
    const rack = new Rack('a', 'b');
    await upHosts(invocation, rack.request({ config: configFor(rack) }));
    const config = configFor(rack, { profiles: ['chat'] });
    const planned = await planHosts(invocation, rack.request({ config }));
    expect(runs(planned)).toEqual({ a: ['chat'], b: [] });
    expect(planned.plan.checks.map(({ code }) => code)).toEqual(['RMA_PLAN_ORPHAN', 'RMA_PLAN_ORPHAN']);
    await upHosts(invocation, rack.request({ config, removeOrphans: true }));
    expect(rack.running('b')).toEqual([]);
    const again = await planHosts(invocation, rack.request({ config }));
    expect(again.plan).toMatchObject({ operations: [], checks: [] });
  });

  it('stay in the project when --profile added them, on any host', async () => {
    const rack = new Rack('a', 'b');
    const config = configFor(rack, { profiles: ['chat'] });
    await upHosts(invocation, rack.request({ config, profiles: ['ocr'] }));
    await upHosts(invocation, rack.request({ config }));
    expect(rack.running('a')).toContain('chat-one');
    expect(rack.running('b')).toEqual(['ocr-two', 'ocr-worker']);
    rack.lost.add('b');
    expect(runs(await planHosts(invocation, rack.request({ config })))).toEqual({ a: ['chat'], b: ['ocr'] });
  });

  it('stay in the project that had one host when --profile added them', async () => {
    const rack = new Rack('a', 'b');
    const { files } = rack.hosts.get('a')!;
    const state = { schema: 'rma.project-state/v1', profiles: ['ocr'], ports: {} };
    await files.write('/state/a/state.json', JSON.stringify(state), 0o644);
    const config = configFor(rack, { profiles: ['chat'] });
    expect(runs(await planHosts(invocation, rack.request({ config })))).toEqual({ a: ['ocr'], b: ['chat'] });
  });
});
