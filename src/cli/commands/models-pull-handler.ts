import { listedModels } from '../../app/models.ts';
import { type PullResult, pull } from '../../app/pull-models.ts';
import { formatBytes } from '../../core/units.ts';
import type { Context } from '../context.ts';
import type { CommandResult } from '../define-command.ts';
import { modelChoice, openFolder, type StoreInput } from './models-input.ts';

export async function pullModels(
  input: StoreInput & { readonly dryRun: boolean },
  context: Context,
): Promise<CommandResult> {
  const box = await context.box();
  const folder = await openFolder(input, context);
  const models = await listedModels(box, await modelChoice(input, context), folder?.store ?? null);
  const { config } = await context.config();
  const result = await pull(box, { config, models, folder, dryRun: input.dryRun });
  return {
    json: {
      schema: 'rma.models-pull/v1',
      dryRun: input.dryRun,
      missingBytes: result.missingBytes,
      freeBytes: result.freeBytes,
      models: result.models,
    },
    human: () => sentences(result, input.dryRun),
    ids: models.map(({ ref }) => ref),
    exitCode: result.exitCode,
  };
}

function sentences(result: PullResult, dryRun: boolean): string {
  const lines = result.models.map(({ name, state, message }) => `${name}: ${message ?? state}`);
  if (!dryRun) return lines.join('\n');
  const free = result.freeBytes === null ? 'unknown' : formatBytes(result.freeBytes);
  return [...lines, `Would fetch ${formatBytes(result.missingBytes)}; free: ${free}.`].join('\n');
}
