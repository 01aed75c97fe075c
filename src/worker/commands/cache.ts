import { readCacheRequest } from '../../core/cache/worker-messages.ts';
import { EXIT, type ExitCode } from '../../core/errors.ts';
import { createCacheStore } from '../cache-store.ts';
import type { Invocation } from './invocation.ts';

/** Runs `rma-worker cache`: prints what is in the store, or what prune would do by the policy on stdin. Writes nothing. */
export async function cache({ env, print, readStdin }: Invocation): Promise<ExitCode> {
  const { preview } = readCacheRequest(await readStdin());
  const store = createCacheStore(env);
  print(`${JSON.stringify(preview === null ? await store.report() : await store.preview(preview))}\n`);
  return EXIT.ok;
}
