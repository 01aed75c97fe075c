import { volumeCache } from '../../app/cache/volume-cache.ts';
import { type DownResult, down, downResult } from '../../app/down.ts';
import { type DownRequest, planDown } from '../../app/plan-down.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { shellQuote } from '../../core/shell-quote.ts';
import { type ClusterInput, requireOption } from '../cluster-options.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { renderOperations } from '../render/plan.ts';
import { runClusterDown } from './down-cluster.ts';

interface DownInput extends ClusterInput {
  readonly kubernetes: boolean;
  readonly dryRun: boolean;
  /** removes the records of what the workers need from the store */
  readonly forget: boolean;
}

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
  const host = await context.host();
  const invocation = await context.invocation();
  const request = { config, profiles: selectedProfiles ?? [] };
  const result = dryRun
    ? downResult(await planDown(host, invocation, request))
    : await down(host, invocation, request);
  const { plan, removed, kept } = result;
  const { project } = config;
  const profiles = request.profiles.length === 0 ? null : request.profiles;
  const forgotten =
    forget && !dryRun
      ? await volumeCache(host, invocation, config).forget({ host: host.name, project, profiles })
      : null;
  return {
    json: { schema: 'rma.down/v1', project, dryRun, removed, kept, forgotten, operations: plan.operations },
    human: (theme) =>
      [
        ...(dryRun ? renderOperations(plan, theme) : []),
        sentence(request, dryRun, result),
        ...forgottenText(input, forgotten),
      ].join('\n'),
    ids: removed,
    ...(removed.length > 0 && { next: dryRun ? nextCommand(request) : 'rma up' }),
  };
}

function wholeProjectOnly(option: string): RmaError {
  return new RmaError('RMA_USAGE_INVALID', `${option} has no effect with --kubernetes`, {
    exitCode: EXIT.usage,
    hint: 'rma down --kubernetes removes the whole project; to remove one profile, export the others: rma export kubernetes --apply --prune',
  });
}

function forgottenText(
  { dryRun, forget }: Pick<DownInput, 'dryRun' | 'forget'>,
  forgotten: readonly string[] | null,
): readonly string[] {
  if (!forget) return [];
  if (dryRun) return ['The store would no longer keep models for these workers.'];
  return forgotten === null || forgotten.length === 0
    ? ['The store has no record of what these workers need.']
    : [
        `Released in the store: ${forgotten.join(', ')}. rma cache prune may remove models that nothing else needs.`,
      ];
}

function nextCommand({ profiles }: DownRequest): string {
  return ['rma down', ...profiles.map((name) => `--profile ${shellQuote(name)}`)].join(' ');
}

function sentence({ config, profiles }: DownRequest, dryRun: boolean, { removed }: DownResult): string {
  if (removed.length === 0) {
    const what = profiles.length === 0 ? `project "${config.project}"` : profiles.join(', ');
    return `Nothing to do: ${what} has no services.`;
  }
  const verb = dryRun ? 'Would stop' : 'Stopped';
  return `${verb} ${removed.join(', ')}. Models are kept.`;
}
