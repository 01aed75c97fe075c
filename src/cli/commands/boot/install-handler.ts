import { installBootService } from '../../../app/boot/boot-service.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { bootDocument } from './boot-document.ts';
import { bootUnit } from './unit.ts';

export async function installBoot(
  { waitTimeout }: { readonly waitTimeout: number },
  context: Context,
): Promise<CommandResult> {
  const unit = await bootUnit(context, waitTimeout);
  const service = await installBootService(await context.host(), unit);
  return {
    json: bootDocument(unit.project, service),
    human: () => `Installed ${service.path}. At boot it starts services whose GPU was not ready.`,
    ids: [service.unit],
    next: `sudo systemctl start ${service.unit}   (to try it now)`,
  };
}
