import { removeStored } from '../../../app/models/remove-models.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { notFreed } from '../../../core/inventory/not-freed.ts';
import type { Removal, RemovedModel } from '../../../core/inventory/plan-removal.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { openExisting } from './input.ts';

/** Names that a line lists. */
const SHOWN = 3;

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
      hint: 'to list all models in the store: rma models ls --stored',
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
        ...models.map((model) => `${model.reference}: ${[verb, ...notesOn(model)].join('; ')}`),
        `${[freed, ...stays(removal)].join('; ')}.`,
      ].join('\n');
    },
    ids: models.map(({ reference }) => reference),
  };
}

function notesOn({ isPinned, links }: RemovedModel): readonly string[] {
  return [
    ...(isPinned ? ['still pinned for its next download'] : []),
    ...(links.length === 0 ? [] : [linksText(links)]),
  ];
}

function linksText(links: readonly string[]): string {
  return `${links.length === 1 ? 'link' : 'links'} to it: ${someOf(links)}`;
}

function stays({ keptBytes, keptBy, linkedBytes }: Removal): readonly string[] {
  // a manifest that cannot be read has no name
  const users = keptBy.length === 0 ? 'other models may use it' : `used by ${someOf(keptBy)}`;
  return [...(keptBytes === 0 ? [] : [`${formatBytes(keptBytes)} kept: ${users}`]), ...notFreed(linkedBytes)];
}

/** Returns the first names, and the number of the others. */
function someOf(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function sumOf({ models, freedBytes }: Removal): string {
  const names = models.map(({ reference, isPinned, links }) => {
    const notes = [...(isPinned ? ['pinned'] : []), ...(links.length === 0 ? [] : [linksText(links)])];
    return notes.length === 0 ? reference : `${reference} [${notes.join('; ')}]`;
  });
  return `${names.join(', ')} (${formatBytes(freedBytes)})`;
}
