import { startAnswerServer } from '../../adapters/http-server/answer-server.ts';
import { FileServedStore } from '../../adapters/store/serve/file-served-store.ts';
import { createStoreRoutes } from '../../app/serve/store-routes.ts';
import { EXIT, type ExitCode } from '../../core/errors.ts';
import { storePaths } from '../../core/source/store-paths.ts';
import { readServeRequest, type ServeLine } from '../../core/worker/read-serve-request.ts';
import { createContext } from '../context.ts';
import type { Invocation } from './invocation.ts';

/** Runs `rma-worker serve`: serves the store read-only to other machines until SIGTERM. Prints lines of JSON (ServeLine). */
export async function serve({ env, clock, stop, print, readStdin }: Invocation): Promise<ExitCode> {
  const { port, token, tls } = readServeRequest(await readStdin());
  const { store } = createContext(env);
  const served = new FileServedStore({ paths: storePaths(null, env), store, clock });
  const send = (line: ServeLine) => print(`${JSON.stringify(line)}\n`);
  const server = await startAnswerServer({
    answer: createStoreRoutes(served, token),
    listen: { host: '0.0.0.0', port },
    tls,
    log: (text) => send({ type: 'request', text }),
  });
  const { models, bytes } = await served.models();
  send({ type: 'ready', references: models.map(({ ref }) => ref), bytes });
  await new Promise((resolve) => {
    if (stop.aborted) resolve(null);
    else stop.addEventListener('abort', resolve, { once: true });
  });
  await server.close();
  return EXIT.ok;
}
