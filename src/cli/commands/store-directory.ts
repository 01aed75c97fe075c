import { resolve } from 'node:path';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { Context } from '../context/context.ts';

/**
 * Returns the absolute path of the existing store that `--dest` names; null without `--dest`.
 * @throws RmaError RMA_USAGE_NO_FOLDER (2): a typo is no empty store
 */
export async function storeDirectory(dest: string | null, context: Context): Promise<string | null> {
  if (dest === null) return null;
  const directory = resolve(context.cwd, dest);
  const facts = await (await context.host()).files.facts(directory);
  if (facts?.kind === 'directory') return directory;
  const fault = facts === null ? 'does not exist' : 'is not a directory';
  throw new RmaError('RMA_USAGE_NO_FOLDER', `${directory} ${fault}`, {
    exitCode: EXIT.usage,
    hint: 'pass the directory of an existing store to --dest; to create one: rma models pull MODEL',
  });
}
