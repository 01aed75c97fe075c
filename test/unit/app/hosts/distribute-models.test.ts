import { describe, expect, it } from 'vitest';
import { certificates } from '../../../../src/adapters/certificate/self-signed.ts';
import { distributeModels } from '../../../../src/app/hosts/distribute-models.ts';
import type { HostStore } from '../../../../src/app/hosts/host-store.ts';
import { listedModels } from '../../../../src/app/models/listed-models.ts';
import { hostConfig } from '../../../../src/core/hosts/host-config.ts';
import { parsePeer } from '../../../../src/core/network/peer-address.ts';
import type { Invocation } from '../../../../src/ports/invocation.ts';
import { catalogOf, configOf, profileServiceOf } from '../../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';

const IMAGE = 'rma-worker:1.2.3-0123456789ab';
const SMALL = 'hf:org/small:small.gguf';
const catalog = catalogOf({ chat: [profileServiceOf()] });
const PROJECT = configOf({
  hosts: Object.fromEntries(
    ['h1', 'h2', 'h3'].map((name, at) => [name, { address: `ssh://${name}`, bind: `10.0.0.${at + 1}` }]),
  ),
});

/** What the containers of a rack did, in order. */
interface Rack {
  readonly hosts: readonly HostStore[];
  readonly hosts_: ReadonlyMap<string, FakeHost>;
  readonly log: string[];
  readonly invocation: Invocation;
}

interface RackOptions {
  /** hosts with the model */
  readonly having?: readonly string[];
  /** hosts whose server does not start */
  readonly refusing?: readonly string[];
  readonly over?: Partial<Invocation>;
}

/** Hosts in memory. A download logs from where it comes; a server logs its start and its end. */
async function rackOf({ having = [], refusing = [], over = {} }: RackOptions): Promise<Rack> {
  const log: string[] = [];
  const invocation = fakeInvocation(catalog, over);
  const machines = new Map<string, FakeHost>();
  const hosts = Object.keys(PROJECT.hosts).map(async (name): Promise<HostStore> => {
    const host = Object.assign(new FakeHost(), { name });
    host.engine.addImage(IMAGE);
    host.engine.addVolume('rma-models');
    if (having.includes(name)) host.workers.store.add(SMALL);
    machines.set(name, host);
    logContainers(host, { log, refuses: refusing.includes(name) });
    const config = hostConfig(PROJECT, { name, stateDir: '/state', profiles: ['chat'] });
    const choice = { config, names: ['small'], profiles: [], refresh: false, store: null };
    const { models, volume } = await listedModels(host, invocation, choice);
    if (volume === null) throw new Error('no volume');
    log.length = 0;
    return { host, config, invocation, catalog, models, store: volume };
  });
  return { hosts: await Promise.all(hosts), hosts_: machines, log, invocation };
}

function logContainers(
  host: FakeHost,
  { log, refuses }: { readonly log: string[]; readonly refuses: boolean },
) {
  const { oneOff } = host.docker;
  host.docker.oneOff = async (run) => {
    if (run.argv[1] === 'serve') {
      if (refuses) return { exitCode: 1, stdout: '', stderr: 'port is already allocated' };
      log.push(`${host.name} serves ${run.publish?.join()}`);
      const { signal } = run;
      const stopped = new Promise<never>((_, reject) => {
        signal?.addEventListener('abort', () => {
          log.push(`${host.name} stops`);
          reject(signal.reason);
        });
      });
      run.onStdout?.(JSON.stringify({ type: 'ready', references: [SMALL], bytes: 1 }));
      return stopped;
    }
    if (run.argv[1] === 'fetch' && !host.workers.store.has(SMALL)) {
      const peers = (run.env['RMA_PEERS'] ?? '').split(',').flatMap((text) => parsePeer(text)?.url ?? []);
      log.push(`${host.name} fetches from ${peers.join() || 'the hub'}`);
      if (peers.length > 0) expect(run.env['RMA_PEER_TOKEN_FILE']).toBe('/run/secrets/peer_token');
    }
    return oneOff.call(host.docker, run);
  };
}

const distribute = async ({ hosts, invocation }: Rack) =>
  distributeModels(invocation, { hosts, certificates });

describe('the distribution of models over the hosts of a rack', () => {
  it('downloads a model once from the hub: the first host serves it to the others, then stops', async () => {
    const rack = await rackOf({});
    const results = await distribute(rack);
    expect(rack.log).toEqual([
      'h1 fetches from the hub',
      'h1 serves 10.0.0.1:7701:7701',
      'h2 fetches from https://10.0.0.1:7701',
      'h3 fetches from https://10.0.0.1:7701',
      'h1 stops',
    ]);
    expect(results).toMatchObject(
      ['h1', 'h2', 'h3'].map((host) => ({
        host,
        ok: true,
        value: { exitCode: 0, models: [{ state: 'fetched' }] },
      })),
    );
    for (const host of rack.hosts_.values())
      expect(host.files.paths).not.toContain('/state/secrets/peer_token');
  });

  it('uses the copy of a host that has the model, and starts nothing where all have it', async () => {
    const one = await rackOf({ having: ['h2'] });
    await distribute(one);
    expect(one.log).not.toContain('h1 fetches from the hub');
    expect(one.log[0]).toBe('h2 serves 10.0.0.2:7701:7701');
    const all = await rackOf({ having: ['h1', 'h2', 'h3'] });
    await distribute(all);
    expect(all.log).toEqual([]);
  });

  it('serves on the next port if the usual one is in use', async () => {
    const rack = await rackOf({ having: ['h1'] });
    rack.hosts_.get('h1')?.takenPorts.add(7701);
    await distribute(rack);
    expect(rack.log[0]).toBe('h1 serves 10.0.0.1:7702:7701');
  });

  it('downloads from the hub, with a warning, if the server does not start', async () => {
    const rack = await rackOf({ having: ['h1'], refusing: ['h1'] });
    const results = await distribute(rack);
    expect(rack.log).toEqual(['h2 fetches from the hub', 'h3 fetches from the hub']);
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect((rack.invocation as ReturnType<typeof fakeInvocation>).events).toContainEqual(
      expect.objectContaining({ type: 'warning', code: 'RMA_SERVE_PORT_TAKEN' }),
    );
  });

  it('stops the servers and reports one host if its download fails, and the others complete', async () => {
    const rack = await rackOf({ having: ['h1'] });
    const broken = rack.hosts_.get('h2');
    if (broken !== undefined)
      broken.docker.oneOff = async () => ({ exitCode: 1, stdout: '', stderr: 'no space' });
    const results = await distribute(rack);
    expect(results.map(({ host, ok }) => [host, ok])).toEqual([
      ['h1', true],
      ['h2', false],
      ['h3', true],
    ]);
    expect(rack.log.at(-1)).toBe('h1 stops');
  });
});
