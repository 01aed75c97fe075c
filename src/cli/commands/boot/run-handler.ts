import { startAfterBoot } from '../../../app/boot/start-after-boot.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';

/** @throws RmaError RMA_BOOT_TIMEOUT exit 7 */
export async function runBoot(
  { waitTimeout }: { readonly waitTimeout: number },
  context: Context,
): Promise<CommandResult> {
  const { project } = (await context.config()).config;
  const host = await context.host();
  const started = await startAfterBoot(host, await context.invocation(), {
    project,
    waitSeconds: waitTimeout,
  });
  return {
    json: { schema: 'rma.boot-run/v1', project, started },
    human: () =>
      started.length === 0 ? 'Nothing to do: no service failed to start.' : `Started ${started.join(', ')}.`,
    ids: started,
  };
}
