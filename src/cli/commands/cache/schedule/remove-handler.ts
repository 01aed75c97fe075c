import { removeSchedule } from '../../../../app/schedule/remove-schedule.ts';
import { backendOf } from '../../../../core/schedule/schedule.ts';
import type { Context } from '../../../context/context.ts';
import type { CommandResult } from '../../../define-command.ts';
import { scheduledStore } from './scheduled-store.ts';

interface RemoveInput {
  readonly dest: string | null;
  readonly dryRun: boolean;
}

/** @throws RmaError as removeSchedule */
export async function removeCacheSchedule(input: RemoveInput, context: Context): Promise<CommandResult> {
  const { dryRun } = input;
  const { identity, title } = await scheduledStore(input, context);
  const found = await removeSchedule(await context.host(), { name: identity.name, dryRun });
  const removed = found.flatMap(({ scheduler, parts }) => {
    const backend = backendOf(scheduler.kind);
    return parts.map(({ file }) => ({ backend, path: scheduler.pathOf(file) }));
  });
  return {
    json: { schema: 'rma.cache-schedule-remove/v1', name: identity.name, dryRun, removed },
    human: () =>
      removed.length === 0
        ? `Nothing to do: there is no schedule for ${title}.`
        : removed.map(({ path }) => `${dryRun ? 'Would remove' : 'Removed'}: ${path}`).join('\n'),
    ids: removed.map(({ path }) => path),
  };
}
