import { resolve } from 'node:path';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';

/** @throws RmaError RMA_DATA_INVALID, RMA_DATA_UNREADABLE (2) with every fault */
export async function runProfilesCheck(
  { file: extra }: { readonly file: string | null },
  context: Context,
): Promise<CommandResult> {
  const { config } = await context.config();
  const invocation = await context.invocation();
  const file = extra === null ? null : resolve(context.cwd, extra);
  const { profiles, origins } = await invocation.catalog(config.profilesDir, file);
  const own = [...origins.values()].filter((origin) => origin.own).map((origin) => origin.file);
  return {
    json: { schema: 'rma.profiles-check/v1', file, profiles: profiles.size, own },
    human: () =>
      [
        ...(file === null ? [] : [`${file}: all right`]),
        ...own.filter((path) => path !== file).map((path) => `${path}: all right`),
        ...(config.profilesDir === null ? ['No folder profiles/ beside an rma.yaml.'] : []),
        `${profiles.size} profiles, ${own.length === 0 ? 'none' : own.length} of your own. No faults.`,
      ].join('\n'),
  };
}
