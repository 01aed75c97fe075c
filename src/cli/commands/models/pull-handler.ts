import { pull } from '../../../app/models/pull-models.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { onEachHost } from '../../hosts/on-each-host.ts';
import { listForPull, type PullInput, pullResult } from './pull-listing.ts';

/** Downloads the missing files of models. @throws RmaError as listedModels and pull */
export async function pullModels(input: PullInput, context: Context): Promise<CommandResult> {
  const names = input.dest === null ? await context.selectedHosts() : null;
  if (names === null) return pullHere(input, context);
  const { config } = await context.config();
  if (config.network.distribute !== 'lan' || input.dryRun) {
    return onEachHost(context, async (own) => pullHere(input, own));
  }
  const { pullToHosts } = await import('./pull-hosts-handler.ts');
  return pullToHosts(input, context, names);
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
