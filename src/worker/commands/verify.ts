import type {} from '../../core/domain/verification.ts';
import { EXIT, type ExitCode } from '../../core/errors.ts';
import type { ByteProgress } from '../../core/events.ts';
import { formatVerificationLine, readVerifyInput } from '../../core/worker/verification-line.ts';
import { createContext } from '../context.ts';
import type { Invocation } from './invocation.ts';

/**
 * Runs `rma-worker verify` and `rma-worker verify-deep`: compares the store with what it must be, by the request on
 * stdin. Prints a line of JSON per step, and the result as the last one; problems are a result, not a failure.
 */
export async function verify({ env, print, readStdin, stop }: Invocation): Promise<ExitCode> {
  const input = readVerifyInput(await readStdin());
  const { verifier } = createContext(env);
  const onProgress = (progress: ByteProgress) => print(formatVerificationLine({ progress }));
  const verification = await verifier.verify({ ...input, onProgress, signal: stop });
  print(formatVerificationLine({ verification }));
  return EXIT.ok;
}
