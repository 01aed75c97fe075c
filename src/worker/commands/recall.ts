import { storedModels } from '../../app/fetch/stored-models.ts';
import { EXIT, type ExitCode } from '../../core/errors.ts';
import { formatStoredAnswer } from '../../core/source/stored-answer.ts';
import { readRecallRequest } from '../../core/worker/read-recall-request.ts';
import { createContext } from '../context.ts';
import type { Invocation } from './invocation.ts';

/**
 * Runs `rma-worker recall`: prints what the store has recorded of the references of the request on stdin, and the geometry of its
 * models. Contacts no hub and writes nothing.
 */
export async function recall({ env, print, readStdin }: Invocation): Promise<ExitCode> {
  const { refs, models } = readRecallRequest(await readStdin());
  const stored = storedModels(createContext(env).store);
  print(formatStoredAnswer({ models: await stored.recall(refs), geometry: await stored.geometry(models) }));
  return EXIT.ok;
}
