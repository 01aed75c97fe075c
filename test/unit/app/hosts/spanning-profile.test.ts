import { beforeEach, describe, expect, it } from 'vitest';
import { planHosts } from '../../../../src/app/plan-hosts.ts';
import { upHosts } from '../../../../src/app/up-hosts.ts';
import type { RmaConfig } from '../../../../src/core/domain/config.ts';
import type { EngineSpan } from '../../../../src/core/domain/profile.ts';
import { CanceledError, RmaError } from '../../../../src/core/errors.ts';
import { formatModelRef } from '../../../../src/core/source/parse-ref.ts';
import type { Command } from '../../../../src/ports/command-runner.ts';
import type { ModelSource } from '../../../../src/ports/model-source.ts';
import { gpuOf, inventoryOf } from '../../../helpers/builders/place-box.ts';
import {
  catalogOf,
  configOf,
  engineOf,
  pinnedFile,
  profileServiceOf,
} from '../../../helpers/builders/render-builders.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';
import { Rack } from '../../../helpers/host/rack.ts';
import { sourceOf } from '../../../helpers/host/source-of.ts';

const SPAN: EngineSpan = {
  network: 'bridge',
  port: 50052,
  ownImage: true,
  program: ['/app/server'],
  command: [],
  headCommand: ['--rpc', '{members}'],
  memberProgram: ['/app/member'],
  memberCommand: ['--port', '{span_port}'],
  environment: {},
};
const base = catalogOf(
  {
    large: [profileServiceOf({ engine: 'one', models: ['big'], gpus: 1 })],
    chat: [profileServiceOf({ engine: 'two', gpus: 0 })],
    'a-large': [profileServiceOf({ engine: 'one', models: ['small'], gpus: 1 })],
  },
  [engineOf('one', { gpu: 'optional', sharesGpu: true, span: SPAN }), 'two'],
);
const models = new Map(
  [...base.models].map(([name, model]) => [name, { ...model, gpuMemoryBytes: 40 * 2 ** 30 }]),
);
// its size is that of the catalog
const source: ModelSource = {
  ...sourceOf('hf', async (ref) => pinnedFile(formatModelRef(ref))),
  locate: () => {
    throw new RmaError('RMA_HUB_RESPONSE', 'no header');
  },
};
const invocation = fakeInvocation({ ...base, models }, { sources: [source] });

let rack: Rack;

/** Two hosts with a GPU of 24 GiB each, in two networks. */
beforeEach(() => {
  rack = new Rack('a', 'b');
  [...rack.hosts.values()].forEach((host, at) => {
    host.inventory = inventoryOf({ ...gpuOf(0, 24_576), uuid: `GPU-${host.name}` });
    const run = async ({ argv }: Command) => ({ exitCode: 0, stdout: outputOf(argv, at + 1), stderr: '' });
    Object.assign(host, { commands: { ...host.commands, run } });
  });
});

function outputOf(argv: readonly string[], host: number): string {
  if (argv[0] === 'cat') return argv[1] === '/sys/class/net/eth1/speed' ? '10000\n' : '-1\n';
  return [
    '1: lo    inet 127.0.0.1/8 scope host lo',
    `2: eth0    inet 10.0.0.${host}/24 brd 10.0.0.255 scope global eth0`,
    `3: eth1    inet 192.168.7.${host}/24 scope global eth1`,
  ].join('\n');
}

function failCommands(host: string, error: Error): void {
  const run = async () => {
    throw error;
  };
  const own = rack.hosts.get(host)!;
  Object.assign(own, { commands: { ...own.commands, run } });
}

function config(over: Partial<RmaConfig> = {}): RmaConfig {
  const hostOf = (at: number) => ({
    address: `ssh://h${at}`,
    bind: `10.0.0.${at}`,
    interconnect: `192.168.7.${at}`,
  });
  return configOf({
    hosts: { a: hostOf(1), b: hostOf(2) },
    profiles: ['large'],
    placement: { large: { replicas: 1, hosts: [], labels: {}, strategy: 'spread', span: 'hosts' } },
    images: { workerBase: 'node:24-slim', engines: { one: 'own/one:1' } },
    ...over,
  });
}

const request = (over: Partial<RmaConfig> = {}) => rack.request({ config: config(over) });
const codes = ({ checks }: { readonly checks: readonly { readonly code: string }[] }) =>
  checks.map(({ code }) => code);

describe('a profile that fits on no single host', () => {
  it('runs on two, of which each waits until the services of both were started', async () => {
    const { plan, hosts } = await upHosts(invocation, request());
    expect(hosts.map(({ error }) => error)).toEqual([null, null]);
    expect([rack.running('a'), rack.running('b')]).toEqual([
      ['coordinator', 'large-one', 'large-worker'],
      ['large-one', 'large-worker'],
    ]);
    const waits = plan.operations.filter(({ kind }) => kind === 'wait-until-ready');
    expect(
      waits.map(({ id, after }) => [id, after.filter((other) => !other.startsWith(id.slice(0, 2)))]),
    ).toEqual([
      ['a: wait-until-ready large-worker', ['b: start-service large-worker', 'b: start-service large-one']],
      [
        'b: wait-until-ready large-worker',
        ['a: start-service coordinator', 'a: start-service large-worker', 'a: start-service large-one'],
      ],
    ]);
    expect(plan.checks.find(({ code }) => code === 'RMA_PLAN_SPAN')?.message).toBe(
      'profile large spans hosts a and b over 192.168.7.1 (eth1, 10 Gb/s) and 192.168.7.2 (eth1, 10 Gb/s)',
    );
  });

  it('changes nothing when repeated, also where a host alone has room for it by now', async () => {
    await upHosts(invocation, request());
    expect((await planHosts(invocation, request())).plan).toMatchObject({ operations: [], checks: [] });
    rack.hosts.get('b')!.inventory = inventoryOf({ ...gpuOf(0, 81_920), uuid: 'GPU-b' });
    const { plan } = await planHosts(invocation, request());
    // its comment has the size of the GPU
    expect(plan.operations.map(({ id }) => id)).toEqual(['b: write-file /state/b/compose.yaml']);
  });

  it('keeps its port when another one is added before it, which gets the next one', async () => {
    for (const host of rack.hosts.values()) {
      const gpus = [0, 1].map((index) => ({ ...gpuOf(index, 24_576), uuid: `GPU-${host.name}-${index}` }));
      host.inventory = inventoryOf(...gpus);
    }
    const { large } = config().placement;
    if (large === undefined) throw new Error('no placement');
    await upHosts(invocation, request());
    const placement = { 'a-large': large, large };
    const both = request({ placement, profiles: ['a-large', 'large'] });
    const { operations } = (await planHosts(invocation, both)).plan;
    const services = operations.flatMap((each) => ('service' in each ? [each.service] : []));
    expect(services.filter((name) => name.startsWith('large'))).toEqual([]);
    await upHosts(invocation, both);
    const text = await rack.hosts.get('b')!.files.read('/state/b/compose.yaml');
    expect(text?.match(/"192\.168\.7\.2:.*"/g)).toEqual([
      '"192.168.7.2:50053:50052"',
      '"192.168.7.2:50052:50052"',
    ]);
  });

  it('fetches its model on the head only, where the members load nothing themselves', async () => {
    const { plan } = await planHosts(invocation, request());
    const fetches = plan.operations.filter(({ kind }) => kind === 'fetch-model');
    expect(fetches.map(({ host }) => host)).toEqual(['a']);
  });

  it.each(['large', null])('is not started without one of its hosts (named: %s)', async (named) => {
    await upHosts(invocation, request());
    rack.lost.add('b');
    const containers = rack.hosts.get('a')!.engine.all.length;
    const again = { ...request(), profiles: named === null ? [] : [named] };
    expect((await planHosts(invocation, again)).plan.operations).toEqual([]);
    const changed = { ...again, config: config({ drainSeconds: 60 }) };
    const { plan } = await planHosts(invocation, changed);
    expect(plan.operations.filter(({ kind }) => kind !== 'write-file')).toEqual([]);
    expect(codes(plan)).toContain('RMA_SPAN_WAITING');
    expect(rack.hosts.get('a')!.engine.all).toHaveLength(containers);
  });

  it('names the host that it waits for', async () => {
    await upHosts(invocation, request());
    rack.lost.add('b');
    const { checks } = await planHosts(invocation, request());
    expect(checks.find(({ code }) => code === 'RMA_SPAN_WAITING')?.message).toBe(
      'profile large of hosts a and b waits for b; nothing of it is started or changed',
    );
  });

  it.each(['RMA_HOST_LOST', 'RMA_COMMAND_MISSING', 'RMA_COMMAND_TIMEOUT'] as const)(
    'is planned without the network interface of a host where that fails with %s',
    async (code) => {
      failCommands('b', new RmaError(code, 'fails', { exitCode: 1 }));
      const { plan } = await planHosts(invocation, request());
      expect(plan.checks.find((check) => check.code === 'RMA_PLAN_SPAN')?.message).toBe(
        'profile large spans hosts a and b over 192.168.7.1 (eth1, 10 Gb/s) and 192.168.7.2',
      );
    },
  );

  it('ends with the command that looks for the interfaces', async () => {
    failCommands('b', new CanceledError());
    await expect(planHosts(invocation, request())).rejects.toThrow(CanceledError);
  });

  it('is refused with an external coordinator also where only the command names it', async () => {
    const coordinator = { port: 7700, url: 'http://10.0.0.9:7700', tokenFile: null };
    const named = { ...request({ profiles: [], coordinator }), profiles: ['large'] };
    await expect(planHosts(invocation, named)).rejects.toMatchObject({ code: 'RMA_PLACEMENT_SPAN' });
  });

  it.each([
    [{ hosts: { a: { address: null }, b: { address: 'ssh://b', bind: '10.0.0.2' } } }, 'RMA_SPAN_ADDRESS'],
    [
      { hosts: { a: { address: null, bind: '0.0.0.0' }, b: { address: 'ssh://b', bind: '10.0.0.2' } } },
      'RMA_SPAN_ADDRESS',
    ],
    [{ images: { workerBase: 'node:24-slim', engines: {} } }, 'RMA_SPAN_IMAGE'],
    [{ coordinator: { port: 7700, url: 'http://10.0.0.9:7700', tokenFile: null } }, 'RMA_PLACEMENT_SPAN'],
  ] as const)('is refused where the settings do not allow it: %o', async (over, code) => {
    await expect(planHosts(invocation, request(over))).rejects.toMatchObject({ code, exitCode: 2 });
  });
});
