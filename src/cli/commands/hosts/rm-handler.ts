import { withoutHost } from '../../../core/config/edit-hosts.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { hostsFile } from './hosts-file.ts';

/** Removes a host from rma.yaml. @throws RmaError RMA_HOST_UNKNOWN (2) */
export async function removeHost(
  { name }: { readonly name: string },
  context: Context,
): Promise<CommandResult> {
  const { path, text, write } = await hostsFile(context);
  await write(withoutHost(text, name));
  return {
    json: { schema: 'rma.hosts-rm/v1', name, file: path },
    human: () =>
      `Removed ${name} from ${path}. Its containers keep running; to remove them, add it again, then run: rma down --host ${name}`,
    ids: [name],
  };
}
