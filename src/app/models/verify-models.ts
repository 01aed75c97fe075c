import type { RmaConfig } from '../../core/domain/config.ts';
import type { Verification } from '../../core/domain/verification.ts';
import { RmaError } from '../../core/errors.ts';
import type { ByteProgress } from '../../core/events.ts';
import { readVerificationLine, type VerifyInput } from '../../core/worker/verification-line.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { StoreVerifier } from '../../ports/store-verifier.ts';
import { runInVolume, type VolumeHost, type VolumeInvocation } from '../offline/run-in-volume.ts';

export interface VerificationRequest extends VerifyInput {
  readonly config: RmaConfig;
  /** null: the project's volume, through the worker image */
  readonly verifier: Pick<StoreVerifier, 'verify'> | null;
}

const EMPTY: Verification = {
  models: [],
  problems: [],
  files: 0,
  bytes: 0,
  unread: 0,
  withoutHash: 0,
  hashedBytes: 0,
  resumedBytes: 0,
};

/**
 * Compares the files of a store with what they must be; a missing store is empty.
 * @throws RmaError as runInVolume and StoreVerifier.verify
 */
export async function verifyStored(
  host: VolumeHost,
  invocation: VolumeInvocation,
  request: VerificationRequest,
): Promise<Verification> {
  const { config, verifier, ...input } = request;
  const { reporter, signal } = invocation;
  const onProgress = (progress: ByteProgress) => reporter.emit({ type: 'bytes', progress });
  const run = () =>
    verifier === null
      ? verifyVolume(host, invocation, { config, input, onProgress })
      : verifier.verify({ ...input, onProgress, signal });
  return input.deep ? asStep(reporter, input, run) : run();
}

interface VolumeVerification {
  readonly config: RmaConfig;
  readonly input: VerifyInput;
  readonly onProgress: (progress: ByteProgress) => void;
}

async function verifyVolume(
  host: VolumeHost,
  invocation: VolumeInvocation,
  { config, input, onProgress }: VolumeVerification,
): Promise<Verification> {
  const verb = input.deep && input.writes ? 'verify-deep' : 'verify';
  let result: Verification | null = null;
  const onStdout = (text: string) => {
    const line = readVerificationLine(text, 'the worker image');
    if ('progress' in line) onProgress(line.progress);
    else result = line.verification;
  };
  if ((await runInVolume(host, invocation, { config, verb, input, onStdout })) === null) return EMPTY;
  if (result !== null) return result;
  throw new RmaError('RMA_STORE_UNREADABLE', 'the verification of the store ended without a result', {
    hint: 'run the command again; it continues where it stopped',
  });
}

/** Reports a verification that reads content as a step. */
async function asStep<T>(reporter: Reporter, { names }: VerifyInput, run: () => Promise<T>): Promise<T> {
  const text = `verifying ${names.length === 0 ? 'all models' : names.join(', ')}`;
  const report = (state: 'start' | 'done' | 'fail') =>
    reporter.emit({ type: 'step', id: 'verify', state, text });
  report('start');
  try {
    const result = await run();
    report('done');
    return result;
  } catch (error) {
    report('fail');
    throw error;
  }
}
