import { down, planDown } from '../../app/down.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';

interface DownInput {
  readonly dryRun: boolean;
}

export async function runDown({ dryRun }: DownInput, context: Context): Promise<CommandResult> {
  const { config, selectedProfiles } = await context.config();
  const box = await context.box();
  const request = { config, profiles: selectedProfiles ?? [] };
  const { removed, kept } = dryRun
    ? { removed: (await planDown(box, request)).map(({ service }) => service), kept: [] }
    : await down(box, request);
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
