import { resolve } from 'node:path';
import { volumeCache } from '../../../app/cache/volume-cache.ts';
import type { CacheStore } from '../../../ports/cache-store.ts';
import type { Context } from '../../context/context.ts';

/** Opens the store in the directory of `--dest`; without it that of the project, in a container. */
export async function openCache(
  { dest }: { readonly dest: string | null },
  context: Context,
): Promise<CacheStore> {
  if (dest !== null) return context.folderCache(resolve(context.cwd, dest));
  const { config } = await context.config();
  return volumeCache(await context.host(), await context.invocation(), config);
}
