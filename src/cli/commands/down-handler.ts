import { down, downResult } from '../../app/down.ts';
import { planDown } from '../../app/plan-down.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { requireOption } from '../cluster-options.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { runClusterDown } from './down-cluster.ts';
import { type DownInput, downOutput, forgetModels } from './down-output.ts';

export async function runDown(input: DownInput, context: Context): Promise<CommandResult> {
  const { dryRun, forget } = input;
  const { config, selectedProfiles } = await context.config();
  if (input.kubernetes) {
    if (forget || selectedProfiles !== null) throw wholeProjectOnly(forget ? '--forget' : '--profile');
    return runClusterDown(input, context);
  }
  requireOption('--kubernetes', {
    '--context': input.context !== null,
    '--kubeconfig': input.kubeconfig !== null,
  });
  const selected = await context.selectedHosts();
  if (selected !== null)
    return (await import('./down-hosts-handler.ts')).runDownOnHosts(input, context, selected);
  const host = await context.host();
  const invocation = await context.invocation();
  const request = { config, profiles: selectedProfiles ?? [] };
  const result = dryRun
    ? downResult(await planDown(host, invocation, request))
    : await down(host, invocation, request);
  return downOutput(input, request, {
    ...result,
    forgotten: forget && !dryRun ? await forgetModels(host, invocation, request) : null,
  });
}

function wholeProjectOnly(option: string): RmaError {
  return new RmaError('RMA_USAGE_INVALID', `${option} has no effect with --kubernetes`, {
    exitCode: EXIT.usage,
    hint: 'rma down --kubernetes removes the whole project; to remove one profile, export the others: rma export kubernetes --apply --prune',
  });
}
