import { importModels } from '../../app/fetch/import-models.ts';
import { EXIT, type ExitCode } from '../../core/errors.ts';
import { formatImportLine, readImportRequest } from '../../core/worker/import-lines.ts';
import { createContext } from '../context.ts';
import type { Invocation } from './invocation.ts';

/**
 * Runs `rma-worker import`: imports the models of the request on stdin, whose directories are mounted, into the store. Prints
 * the progress, then the outcomes.
 */
export async function importFound({ env, stop, print, readStdin }: Invocation): Promise<ExitCode> {
  const models = readImportRequest(await readStdin());
  const { store, uses, imports } = createContext(env);
  const outcomes = await importModels(models, {
    store,
    uses,
    imports,
    signal: stop,
    onProgress: (progress) => print(formatImportLine({ progress })),
  });
  print(formatImportLine({ outcomes }));
  return EXIT.ok;
}
