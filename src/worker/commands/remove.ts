import { EXIT, type ExitCode } from '../../core/errors.ts';
import { readRemoveRequest } from '../../core/worker/read-remove-request.ts';
import { createContext } from '../context.ts';
import type { Invocation } from './invocation.ts';

/** Runs `rma-worker remove`: removes the models of the request on stdin from the store. Prints nothing. */
export async function remove({ env, readStdin, stop }: Invocation): Promise<ExitCode> {
  const { paths, force } = readRemoveRequest(await readStdin());
  const { store } = createContext(env);
  await store.remove(paths, { force, onWait: () => undefined, signal: stop });
  return EXIT.ok;
}
