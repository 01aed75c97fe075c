import { removeStored } from '../../../app/models/remove-models.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import type { Removal } from '../../../core/inventory/plan-removal.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { openExisting } from './input.ts';

interface RemoveInput {
  readonly model: readonly string[];
  readonly dest: string | null;
  readonly dryRun: boolean;
  readonly force: boolean;
}

/** Removes models from the store. @throws RmaError as removeStored, RMA_USAGE_INVALID (2), RMA_USAGE_NOT_CONFIRMED (2) */
export async function removeModels(input: RemoveInput, context: Context): Promise<CommandResult> {
  const { model: names, dryRun, force } = input;
  const { config } = await context.config();
  if (names.length === 0) {
    throw new RmaError('RMA_USAGE_INVALID', 'no model to remove', {
      exitCode: EXIT.usage,
      hint: 'pass a model that rma models ls --stored lists',
    });
  }
  const folder = await openExisting(input, context);
  const removal = await removeStored(await context.host(), await context.invocation(), {
    config,
    store: folder?.store ?? null,
    names,
    dryRun,
    force,
    confirm: async (plan) => context.confirm(`This will remove: ${sumOf(plan)}. Continue?`),
  });
  const { models, freedBytes } = removal;
  return {
    json: { schema: 'rma.models-rm/v1', dryRun, ...removal },
    human: () => {
      const verb = dryRun ? 'would be removed' : 'removed';
      const freed = `${dryRun ? 'To free' : 'Freed'}: ${formatBytes(freedBytes)}`;
      return [
        ...models.map(({ reference, isPinned }) => `${reference}: ${verb}${isPinned ? PIN_STAYS : ''}`),
        `${[freed, ...keptTexts(removal)].join('; ')}.`,
      ].join('\n');
    },
    ids: models.map(({ reference }) => reference),
  };
}

const PIN_STAYS = '; still pinned for its next download';

function keptTexts({ keptBytes, linkedBytes }: Removal): readonly string[] {
  return [
    ...(keptBytes === 0 ? [] : [`${formatBytes(keptBytes)} kept: used by other models`]),
    ...(linkedBytes === 0 ? [] : [`${formatBytes(linkedBytes)} not freed: other hard links to the files`]),
  ];
}

function sumOf({ models, freedBytes }: Removal): string {
  const names = models.map(({ reference, isPinned }) => `${reference}${isPinned ? ' [pinned]' : ''}`);
  return `${names.join(', ')} (${formatBytes(freedBytes)})`;
}
