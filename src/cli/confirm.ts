import { createInterface } from 'node:readline';
import { EXIT, RmaError } from '../core/errors.ts';
import type { GlobalValues } from './global-options.ts';
import type { ProcessIo } from './process-io.ts';

interface PromptParts {
  readonly io: Pick<ProcessIo, 'stdin' | 'stderr' | 'signal'>;
  readonly globals: Pick<GlobalValues, 'yes' | 'noInput'>;
}

/** Asks for confirmation on the terminal. @throws RmaError RMA_USAGE_NOT_CONFIRMED exit 2, RMA_INTERRUPTED exit 130 */
export async function confirm(question: string, { io, globals }: PromptParts): Promise<void> {
  if (globals.yes) return;
  const canAsk = io.stdin.isTTY === true && io.stderr.isTTY === true && !globals.noInput;
  if (!canAsk) throw notConfirmed(`confirmation required, but stdin is not interactive: "${question}"`);
  const answer = await ask(`${question} [y/N] `, io);
  if (!/^y(es)?$/i.test(answer.trim())) throw notConfirmed('canceled');
}

function ask(question: string, { stdin, stderr, signal }: PromptParts['io']): Promise<string> {
  const prompt = createInterface({ input: stdin, output: stderr });
  const answer = new Promise<string>((resolve, reject) => {
    // during the prompt, readline handles Ctrl-C and Ctrl-D
    prompt.on('SIGINT', () => {
      reject(new RmaError('RMA_INTERRUPTED', 'stopped by Ctrl-C', { exitCode: EXIT.interrupted }));
    });
    prompt.on('close', () => resolve(''));
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    prompt.question(question, resolve);
  });
  return answer.finally(() => prompt.close());
}

function notConfirmed(message: string): RmaError {
  return new RmaError('RMA_USAGE_NOT_CONFIRMED', message, {
    exitCode: EXIT.usage,
    hint: 'to skip the confirmation, add --yes',
  });
}
