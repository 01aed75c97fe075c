import { pull } from '../../../app/models/pull-models.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { onEachHost } from '../../hosts/on-each-host.ts';
import { listForPull, type PullInput, pullResult } from './pull-listing.ts';

/** Downloads the missing files of models. @throws RmaError as listedModels and pull */
export async function pullModels(input: PullInput, context: Context): Promise<CommandResult> {
  const names = input.dest === null ? await context.selectedHosts() : null;
  if (names === null) return pullHere(input, context);
  const own = await assignedContext(input, context, names);
  const { config } = await context.config();
  if (config.network.distribute !== 'lan' || input.dryRun) {
    return onEachHost(own, async (each) => pullHere(input, each));
  }
  const { pullToHosts } = await import('./pull-hosts-handler.ts');
  return pullToHosts(input, own, (await own.selectedHosts()) ?? names);
}

/** Returns the context in which the models of a project are those that `up` would run on each host now; others need no host. */
async function assignedContext(
  { model, refresh }: PullInput,
  context: Context,
  selected: readonly string[],
): Promise<Context> {
  const { config, selectedProfiles } = await context.config();
  if (model.length > 0 || (selectedProfiles ?? []).length > 0) return context;
  const { assignHosts } = await import('../../../app/assign-hosts.ts');
  const open = context.projectHost;
  const options = { config, profiles: [], refresh, selected, open, replanLost: false };
  const { hosts, faults } = await assignHosts(await context.invocation(), options);
  const using = hosts.filter((each) => each.config.profiles.length > 0);
  // without a model for any host, each reports it
  if (using.length === 0 && faults.size === 0) return context;
  const names = using.map(({ host }) => host.name);
  return {
    ...context,
    selectedHosts: async () => selected.filter((name) => faults.has(name) || names.includes(name)),
    projectHost: async (name) => using.find(({ host }) => host.name === name) ?? open(name),
  };
}

async function pullHere(input: PullInput, context: Context): Promise<CommandResult> {
  const listing = await listForPull(input, context);
  const { failed: _, ...request } = listing;
  const result = await pull(await context.host(), await context.invocation(), {
    ...request,
    dryRun: input.dryRun,
  });
  return pullResult(input, context, { listing, result });
}
