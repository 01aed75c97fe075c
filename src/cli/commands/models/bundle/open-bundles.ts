import { resolve } from 'node:path';
import type { BundleFolder } from '../../../../app/models/bundles.ts';
import type { Context } from '../../../context/context.ts';
import { openFolder } from '../input.ts';

/** Opens the store in the directory of `--dest` for bundles; null: the project's volume. */
export async function openBundles(dest: string | null, context: Context): Promise<BundleFolder | null> {
  const opened = await openFolder({ dest }, context);
  if (opened === null || dest === null) return null;
  const directory = resolve(context.cwd, dest);
  return {
    store: opened.store,
    imports: await context.imports(directory),
    bundles: await context.bundles(directory),
  };
}
