import { pinnedBytes } from '../../core/domain/pinned-model.ts';
import { type Distribution, distributionOf, type HostModels } from '../../core/hosts/distribution.ts';
import type { Certificates } from '../../ports/certificates.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { ListedModel } from '../models/listed-models.ts';
import { type PulledModel, type PullResult, pull } from '../models/pull-models.ts';
import { addressOf, type HostStore } from './host-store.ts';
import { type HostResult, onHosts } from './project-host.ts';
import { serveToHosts } from './serve-to-hosts.ts';

export interface DistributionRequest {
  readonly hosts: readonly HostStore[];
  readonly certificates: Certificates;
}

/**
 * Downloads models to the stores of several hosts, each from the internet once: a host that has a model, or downloads it first,
 * serves its store to the others for as long as they fetch. Every byte is verified. What a server lacks, or does not deliver,
 * comes from the hub.
 */
export async function distributeModels(
  invocation: Invocation,
  { hosts, certificates }: DistributionRequest,
): Promise<readonly HostResult<PullResult>[]> {
  const { first, servers } = distributionOf(hosts.map(modelsOf));
  const before = await downloadFirst(hosts, first);
  // all servers have the same token, also those of `network.peers`
  const token = (await invocation.peerToken()) ?? invocation.randomKey();
  const serving = hosts.filter(({ host }) => servers.includes(host.name));
  const served = await serveToHosts(serving, { certificates, token });
  try {
    return await forEach(hosts, async (own) => {
      const peers = [...served.peers].flatMap(([name, peer]) => (name === own.host.name ? [] : [peer]));
      const result = await pullTo(own, own.models, { peers, token });
      return withFirst(result, before.get(own.host.name));
    });
  } finally {
    await served.close();
  }
}

/** Returns what a host lacks. */
function modelsOf(own: HostStore): HostModels {
  return {
    host: own.host.name,
    address: addressOf(own),
    missing: new Map(
      own.models.map(({ pinned, check }) => [pinned.ref, check?.missingBytes ?? pinnedBytes(pinned)]),
    ),
  };
}

/** Downloads the models that no host has. A host that fails leaves them to the others, which report their own errors. */
async function downloadFirst(
  hosts: readonly HostStore[],
  first: Distribution['first'],
): Promise<ReadonlyMap<string, PullResult>> {
  const seeds = hosts.filter(({ host }) => first.has(host.name));
  const results = await forEach(seeds, async (own) => {
    const refs = first.get(own.host.name) ?? [];
    return pullTo(
      own,
      own.models.filter(({ pinned }) => refs.includes(pinned.ref)),
      { peers: [], token: null },
    );
  });
  return new Map(results.flatMap((each) => (each.ok ? [[each.host, each.value] as const] : [])));
}

async function pullTo(
  { host, config, invocation, catalog, store }: HostStore,
  models: readonly ListedModel[],
  { peers, token }: { readonly peers: readonly string[]; readonly token: string | null },
): Promise<PullResult> {
  const { network } = config;
  return pull(host, peers.length === 0 ? invocation : { ...invocation, peerToken: async () => token }, {
    config: { ...config, network: { ...network, peers: [...peers, ...network.peers] } },
    catalog,
    models,
    store,
    dryRun: false,
  });
}

/** Returns the result of a host with what it downloaded first. */
function withFirst(result: PullResult, first: PullResult | undefined): PullResult {
  if (first === undefined) return result;
  const models = result.models.map((model): PulledModel => {
    const bytes = model.bytes + (first.models.find(({ ref }) => ref === model.ref)?.bytes ?? 0);
    return { ...model, bytes, state: model.state === 'present' && bytes > 0 ? 'fetched' : model.state };
  });
  return { ...result, models };
}

async function forEach<T>(
  hosts: readonly HostStore[],
  work: (own: HostStore) => Promise<T>,
): Promise<readonly HostResult<T>[]> {
  const byName = new Map(hosts.map((own) => [own.host.name, own]));
  return onHosts([...byName.keys()], async (name) => {
    const own = byName.get(name);
    if (own === undefined) throw new Error(`unknown host ${name}`);
    return work(own);
  });
}
