import { describe, expect, it } from 'vitest';
import { certificates } from '../../../src/adapters/certificate/self-signed.ts';
import { planHosts } from '../../../src/app/plan-hosts.ts';
import { upHosts } from '../../../src/app/up-hosts.ts';
import { RmaError } from '../../../src/core/errors.ts';
import { explainAssignment } from '../../../src/core/hosts/explain-assignment.ts';
import type { Plan } from '../../../src/core/plan/plan-types.ts';
import { catalogOf, configOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { Rack } from '../../helpers/host/rack.ts';

const catalog = catalogOf(
  {
    chat: [profileServiceOf({ engine: 'one', gpus: 0 })],
    ocr: [profileServiceOf({ engine: 'two', gpus: 0 })],
  },
  ['one', 'two'],
);
const invocation = fakeInvocation(catalog);

const results = ({ hosts }: Awaited<ReturnType<typeof upHosts>>) =>
  Object.fromEntries(hosts.map(({ host, error, changed }) => [host, error?.code ?? changed]));

/** Adds to the log from where the hosts of a rack download, and when they serve their stores. */
function logDownloads(rack: Rack, log: string[]): void {
  for (const host of rack.hosts.values()) {
    const { oneOff } = host.docker;
    host.docker.oneOff = async (run) => {
      const [, command] = run.argv;
      // a container creates the volume that it mounts
      host.engine.addVolume('rma-models');
      const isMissing = !host.workers.store.has('hf:org/small:small.gguf');
      if (command === 'fetch' && isMissing)
        log.push(`${host.name} fetches${run.env['RMA_PEERS'] ? ' from a peer' : ''}`);
      if (command !== 'serve') return oneOff.call(host.docker, run);
      log.push(`${host.name} serves`);
      run.onStdout?.(JSON.stringify({ type: 'ready', references: [], bytes: 1 }));
      return new Promise((_, reject) => {
        run.signal?.addEventListener('abort', () => reject(run.signal?.reason));
      });
    };
  }
}

describe('up on several hosts', () => {
  it('shows its plan before one host downloads a model and serves it to the others', async () => {
    const rack = new Rack('a', 'b');
    const log: string[] = [];
    logDownloads(rack, log);
    const show = ({ operations }: Plan) => {
      for (const each of operations) if (each.kind === 'fetch-model') log.push(`${each.host}: ${each.cause}`);
    };
    const request = rack.request({ certificates, show });
    const network = { ...request.config.network, distribute: 'lan' as const };
    const lan = { ...request, config: { ...request.config, network } };
    const [, second] = (await planHosts(invocation, lan)).hosts;
    expect(second?.planned.plan.operations.map(({ cause }) => cause)).toContain(
      'not in the store; copied from host a',
    );
    await upHosts(invocation, lan);
    expect(log).toEqual([
      'a: not in the store',
      'b: not in the store; copied from host a',
      'a fetches',
      'a serves',
      'b fetches from a peer',
    ]);
  });

  it('runs one plan on all of them, with one coordinator, and changes nothing when repeated', async () => {
    const rack = new Rack('a', 'b');
    expect(results(await upHosts(invocation, rack.request()))).toEqual({ a: true, b: true });
    expect(rack.running('a')).toEqual(['chat-one', 'chat-worker', 'coordinator']);
    expect(rack.running('b')).toEqual(['chat-one', 'chat-worker']);
    expect(results(await upHosts(invocation, rack.request()))).toEqual({ a: false, b: false });
  });

  it('skips a host that does not respond, and completes it in the next run', async () => {
    const rack = new Rack('a', 'b', 'c');
    rack.lost.add('b');
    expect(results(await upHosts(invocation, rack.request()))).toEqual({
      a: true,
      b: 'RMA_HOST_UNREACHABLE',
      c: true,
    });
    rack.lost.clear();
    const next = await upHosts(invocation, rack.request());
    expect(results(next)).toEqual({ a: false, b: true, c: false });
    // the others only write down that it runs the profile too
    const others = next.plan.operations.filter(({ host }) => host !== 'b');
    expect(others.map(({ id }) => id)).toEqual(
      ['a', 'c'].map((name) => `${name}: write-file /state/${name}/state.json`),
    );
    expect(rack.running('b')).toEqual(['chat-one', 'chat-worker']);
  });

  it('acts on the named profiles alone, also where the coordinator runs', async () => {
    const rack = new Rack('a', 'b');
    const { hosts } = rack.request().config;
    const config = configOf({ profiles: ['chat', 'ocr'], placement: {}, hosts });
    await upHosts(invocation, rack.request({ config }));
    expect(rack.running('b')).toEqual(['ocr-two', 'ocr-worker']);
    const changed = configOf({ profiles: ['chat', 'ocr'], placement: {}, hosts, drainSeconds: 77 });
    const named = await planHosts(invocation, rack.request({ config: changed, profiles: ['ocr'] }));
    expect(new Set(named.plan.operations.map(({ host }) => host))).toEqual(new Set(['b']));
    const all = await planHosts(invocation, rack.request({ config: changed }));
    expect(new Set(all.plan.operations.map(({ host }) => host))).toEqual(new Set(['a', 'b']));
  });

  it('contacts no host that is not selected', async () => {
    const rack = new Rack('a', 'b');
    await upHosts(invocation, rack.request({ selected: ['a'] }));
    expect(new Set(rack.opened)).toEqual(new Set(['a']));
    expect(rack.running('b')).toEqual([]);
  });

  it('keeps the profiles of a lost host for it, unless they are to be placed elsewhere', async () => {
    const rack = new Rack('a', 'b');
    const config = configOf({ profiles: ['chat', 'ocr'], placement: {}, hosts: rack.request().config.hosts });
    await upHosts(invocation, rack.request({ config }));
    expect(rack.running('a')).toContain('chat-one');
    expect(rack.running('b')).toEqual(['ocr-two', 'ocr-worker']);

    rack.lost.add('b');
    const kept = await planHosts(invocation, rack.request({ config }));
    expect(kept.plan.operations).toEqual([]);
    expect(explainAssignment(kept.assignRequest, kept.assignment)[1]).toEqual({
      profile: 'ocr',
      hosts: [{ host: 'b', why: 'kept: the host does not respond' }],
      rejected: [{ host: 'a', why: 'also fits; the profile already runs on b' }],
    });
    const moved = await planHosts(invocation, rack.request({ config, replanLost: true }));
    const starts = moved.plan.operations.flatMap((each) => (each.kind === 'start-service' ? [each] : []));
    expect(starts.map(({ host, service }) => [host, service]).sort()).toEqual([
      ['a', 'ocr-two'],
      ['a', 'ocr-worker'],
    ]);
  });

  it('warns about a profile that runs on too few hosts, and about a clock that is off', async () => {
    const rack = new Rack('a', 'b');
    rack.lost.add('b');
    rack.clockOffsetMs = -3_600_000;
    const chat = { replicas: 2, hosts: [], labels: {}, strategy: 'spread' as const };
    const { hosts } = rack.request().config;
    const config = configOf({ profiles: ['chat'], placement: { chat }, hosts });
    const { checks } = await planHosts(invocation, rack.request({ config }));
    expect(checks.map(({ level, code, message }) => [level, code, message])).toEqual([
      ['warning', 'RMA_HOSTS_UNASSIGNED', expect.stringContaining('profile chat runs on fewer hosts')],
      ['warning', 'RMA_HOST_CLOCK', 'host a: its clock is 1h 00m behind this machine'],
    ]);
  });

  it('completes the other hosts if that of the coordinator fails before it changes anything', async () => {
    const rack = new Rack('a', 'b');
    const { files } = rack.hosts.get('a')!;
    const write = files.write.bind(files);
    files.write = async (path, content, mode) => {
      if (path.includes('/history/')) throw new RmaError('RMA_DISK_FULL', 'disk full', { exitCode: 5 });
      await write(path, content, mode);
    };
    expect(results(await upHosts(invocation, rack.request()))).toEqual({
      a: 'RMA_DISK_FULL',
      b: 'RMA_HOST_INCOMPLETE',
    });
    expect(rack.running('a')).toEqual([]);
    expect(rack.running('b')).toContain('chat-worker');

    files.write = write;
    expect(results(await upHosts(invocation, rack.request()))).toEqual({ a: true, b: true });
    expect(rack.running('a')).toEqual(['chat-one', 'chat-worker', 'coordinator']);
  });

  it('plans the other hosts if the files of one cannot be read', async () => {
    const rack = new Rack('a', 'b');
    await upHosts(invocation, rack.request());
    await rack.hosts.get('b')!.files.write('/state/b/resolved.json', 'damaged', 0o644);
    const { hosts, faults } = await planHosts(invocation, rack.request());
    expect(hosts.map(({ host }) => host.name)).toEqual(['a']);
    expect([...faults.keys()]).toEqual(['b']);
  });

  it('leaves nothing locked or reserved', async () => {
    const rack = new Rack('a', 'b');
    await upHosts(invocation, rack.request());
    for (const host of rack.hosts.values()) {
      expect([...(await host.engine.volumes()).keys()]).toEqual(['rma-models']);
    }
  });
});
