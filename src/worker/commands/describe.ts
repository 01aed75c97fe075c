import { describeModels } from '../../app/fetch/model-facts.ts';
import { EXIT, type ExitCode } from '../../core/errors.ts';
import { formatDescribed } from '../../core/worker/described-models.ts';
import { readDescribeRequest } from '../../core/worker/read-describe-request.ts';
import { createContext } from '../context.ts';
import type { Invocation } from './invocation.ts';

/** Runs `rma-worker describe`: prints the metadata in the files of the models of the request on stdin. Writes nothing. */
export async function describe({ env, print, readStdin }: Invocation): Promise<ExitCode> {
  const { paths } = readDescribeRequest(await readStdin());
  const { store, reader } = createContext(env);
  const { models } = await store.inventory();
  const chosen = models.filter(({ path }) => paths.includes(path));
  print(formatDescribed(await describeModels(chosen, reader)));
  return EXIT.ok;
}
