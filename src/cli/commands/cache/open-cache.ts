import { volumeCache } from '../../../app/cache/volume-cache.ts';
import type { CacheStore } from '../../../ports/cache-store.ts';
import type { Context } from '../../context/context.ts';
import { storeDirectory } from '../store-directory.ts';

/** Opens the store in the directory of `--dest`; without it that of the project, in a container. @throws RmaError as storeDirectory */
export async function openCache(
  { dest }: { readonly dest: string | null },
  context: Context,
): Promise<CacheStore> {
  const directory = await storeDirectory(dest, context);
  if (directory !== null) return context.directoryCache(directory);
  const { config } = await context.config();
  return volumeCache(await context.host(), await context.invocation(), config);
}
