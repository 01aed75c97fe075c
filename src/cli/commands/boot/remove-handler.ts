import { removeBootService } from '../../../app/boot/boot-service.ts';
import { unitName } from '../../../core/boot/boot-unit.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';

export async function removeBoot(_input: object, context: Context): Promise<CommandResult> {
  const { project } = (await context.config()).config;
  const removed = await removeBootService(await context.host(), project);
  const unit = unitName(project);
  return {
    json: { schema: 'rma.boot-remove/v1', project, unit, removed },
    human: () => (removed ? `Removed ${unit}.` : `Nothing to do: ${unit} is not installed.`),
    ids: removed ? [unit] : [],
  };
}
