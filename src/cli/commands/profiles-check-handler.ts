import { resolve } from 'node:path';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import type { CommandResult } from '../define-command.ts';

/** @throws RmaError RMA_DATA_INVALID (2) with every fault */
export async function runProfilesCheck(
  { file }: { readonly file: readonly string[] },
  context: Context,
): Promise<CommandResult> {
  const [extra, ...more] = file;
  if (more.length > 0) {
    throw new RmaError('RMA_USAGE_TOO_MANY_ARGUMENTS', `one file at a time, got ${file.length}`, {
      exitCode: EXIT.usage,
      hint: 'rma profiles check FILE',
    });
  }
  const { config } = await context.config();
  const box = await context.box();
  const { profiles, origins } = await box.catalogue(
    config.profilesDir,
    extra === undefined ? null : resolve(context.cwd, extra),
  );
  const own = [...origins.values()].filter((origin) => origin.own).map((origin) => origin.file);
  const count = profiles.size === 1 ? '1 profile' : `${profiles.size} profiles`;
  return {
    json: { schema: 'rma.profiles-check/v1', profiles: profiles.size, own },
    human: () => `${count}, all right (${own.length} of your own).`,
  };
}
