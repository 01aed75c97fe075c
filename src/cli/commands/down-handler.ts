import { down, planDown } from '../../app/down.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';

interface DownInput {
  readonly dryRun: boolean;
}

export async function runDown({ dryRun }: DownInput, context: Context): Promise<CommandResult> {
  const { config, selectedProfiles } = await context.config();
  const host = await context.host();
  const invocation = await context.invocation();
  const request = { config, profiles: selectedProfiles ?? [] };
  const { removed, kept } = dryRun
    ? { removed: (await planDown(host, invocation, request)).map(({ service }) => service), kept: [] }
    : await down(host, invocation, request);
  return {
    json: { schema: 'rma.down/v1', project: config.project, dryRun, removed, kept },
    human: () => sentence(config.project, dryRun, removed),
    ids: removed,
    ...(removed.length > 0 && { next: dryRun ? 'rma down' : 'rma up' }),
  };
}

function sentence(project: string, dryRun: boolean, removed: readonly string[]): string {
  if (removed.length === 0) return `Nothing to do: no service of project "${project}" runs.`;
  const verb = dryRun ? 'Would stop' : 'Stopped';
  return `${verb} ${removed.join(', ')}. The models ${dryRun ? 'would ' : ''}stay.`;
}
