import { volumeCache } from '../../app/cache/volume-cache.ts';
import type { DownResult } from '../../app/down.ts';
import type { DownRequest } from '../../app/plan-down.ts';
import { shellQuote } from '../../core/shell-quote.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { ClusterInput } from '../cluster-options.ts';
import type { CommandResult } from '../define-command.ts';
import { renderOperations } from '../render/plan.ts';

export interface DownInput extends ClusterInput {
  readonly kubernetes: boolean;
  readonly dryRun: boolean;
  /** removes the records of what the workers need from the store */
  readonly forget: boolean;
}

/** Releases in the store of a host what the workers of a project, or of some profiles, need. Returns their names. */
export async function forgetModels(
  host: Host,
  invocation: Invocation,
  { config, profiles }: DownRequest,
): Promise<readonly string[]> {
  const { project } = config;
  const scope = { host: host.name, project, profiles: profiles.length === 0 ? null : profiles };
  return volumeCache(host, invocation, config).forget(scope);
}

/** Returns what `rma down` prints for one host. */
export function downOutput(
  input: DownInput,
  request: DownRequest,
  result: DownResult & { readonly forgotten: readonly string[] | null },
): CommandResult {
  const { dryRun } = input;
  const { plan, removed, kept, forgotten } = result;
  const { project } = request.config;
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

/** Returns the command that takes the same down. */
export function nextCommand({ profiles }: Pick<DownRequest, 'profiles'>): string {
  return ['rma down', ...profiles.map((name) => `--profile ${shellQuote(name)}`)].join(' ');
}

function sentence({ config, profiles }: DownRequest, dryRun: boolean, { plan, removed }: DownResult): string {
  if (removed.length === 0) {
    const isForgotten = plan.operations.some(({ kind }) => kind === 'write-file');
    if (isForgotten) {
      const verb = dryRun ? 'Would remove' : 'Removed';
      return `${verb} ${profiles.join(', ')} from project "${config.project}"; it has no services.`;
    }
    const what = profiles.length === 0 ? `project "${config.project}"` : profiles.join(', ');
    return `Nothing to do: ${what} has no services.`;
  }
  const verb = dryRun ? 'Would stop' : 'Stopped';
  return `${verb} ${removed.join(', ')}. Models are kept.`;
}
