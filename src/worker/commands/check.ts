import { EXIT, type ExitCode } from '../../core/errors.ts';
import { readFetchRequest } from '../../core/worker/read-fetch-request.ts';
import { createContext } from '../context.ts';
import { openLog } from '../log/open-log.ts';
import type { Invocation } from './invocation.ts';

/** `rma-worker check`: prints `{"checks": ModelCheck[], "freeBytes": n}` for the request on stdin. Writes nothing. */
export async function check({ env, clock, print, readStdin }: Invocation): Promise<ExitCode> {
  const { models } = readFetchRequest(await readStdin());
  const quiet = openLog({ ...env, LOG_FILE: '' }, clock, () => 'check');
  const { store, fetcher } = createContext(env, quiet);
  const checks = await fetcher.check(models);
  print(`${JSON.stringify({ checks, freeBytes: await store.freeBytes() })}\n`);
  return EXIT.ok;
}
