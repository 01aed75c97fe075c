import { distributeModels } from '../../../app/hosts/distribute-models.ts';
import type { HostStore } from '../../../app/hosts/host-store.ts';
import { type HostResult, onHosts } from '../../../app/hosts/project-host.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { joinResults } from '../../hosts/join-results.ts';
import { hostContext } from '../../hosts/on-each-host.ts';
import { listForPull, type PullInput, type PullListing, pullResult } from './pull-listing.ts';

interface Listed {
  readonly context: Context;
  readonly listing: PullListing;
  readonly store: HostStore;
}

/** Downloads models to the stores of several hosts, which fetch from each other what one of them has. */
export async function pullToHosts(
  input: PullInput,
  context: Context,
  names: readonly string[],
): Promise<CommandResult> {
  const listed = await onHosts(names, async (name) => listOn(input, await hostContext(context, name)));
  const found = new Map(listed.flatMap((each) => (each.ok ? [[each.host, each.value] as const] : [])));
  const { certificates } = await context.serving();
  const pulled = await distributeModels(await context.invocation(), {
    hosts: [...found.values()].map(({ store }) => store),
    certificates,
  });
  const results = listed.map(async (each): Promise<HostResult<CommandResult>> => {
    const result = pulled.find(({ host }) => host === each.host);
    if (!each.ok) return each;
    if (result === undefined) throw new Error(`no result of ${each.host}`);
    if (!result.ok) return result;
    const { context: own, listing } = each.value;
    const value = await pullResult(input, own, { listing, result: result.value });
    return { host: each.host, ok: true, value };
  });
  return joinResults(await Promise.all(results));
}

async function listOn(input: PullInput, context: Context): Promise<Listed> {
  const listing = await listForPull(input, context);
  const { store, catalog, models } = listing;
  if (!('snapshot' in store)) throw new Error('the store of a host is a volume');
  const [host, { config }, invocation] = await Promise.all([
    context.host(),
    context.config(),
    context.invocation(),
  ]);
  return { context, listing, store: { host, config, invocation, catalog, models, store } };
}
