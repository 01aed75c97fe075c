import { resolve } from 'node:path';
import type { BundleFolder } from '../../../../app/models/export-models.ts';
import type { Context } from '../../../context/context.ts';

/** Opens the store in the directory of `--dest` for bundles; `rest`: of a stream that was read in part. */
export async function openBundles(
  dest: string,
  context: Context,
  rest: AsyncIterable<Uint8Array> | null = null,
): Promise<BundleFolder> {
  const directory = resolve(context.cwd, dest);
  const { store, uses } = await context.folderStore(directory);
  return {
    store,
    uses,
    imports: await context.imports(directory),
    bundles: await context.bundles(directory, rest),
  };
}
