import { EXIT, type ExitCode } from '../../core/errors.ts';
import { readFetchRequest } from '../../core/worker/read-fetch-request.ts';
import { createContext } from '../context.ts';
import type { Invocation } from './invocation.ts';

/** Runs `rma-worker check`: prints `{"checks": ModelCheck[], "freeBytes": n}` for the request on stdin. Writes nothing. */
export async function check({ env, print, readStdin }: Invocation): Promise<ExitCode> {
  const { models } = readFetchRequest(await readStdin());
  const { store, fetcher } = createContext(env);
  const checks = await fetcher.check(models);
  print(`${JSON.stringify({ checks, freeBytes: await store.freeBytes() })}\n`);
  return EXIT.ok;
}
