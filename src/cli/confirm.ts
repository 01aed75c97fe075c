import { createInterface } from 'node:readline/promises';
import { EXIT, RmaError } from '../core/errors.ts';
import type { GlobalValues } from './global-options.ts';
import type { CliHost } from './host.ts';

interface Asking {
  readonly host: Pick<CliHost, 'stdin' | 'stderr' | 'signal'>;
  readonly globals: Pick<GlobalValues, 'yes' | 'noInput'>;
}

/** Asks on the terminal and goes on after a yes. @throws RmaError RMA_USAGE_NOT_CONFIRMED exit 2 */
export async function confirm(question: string, { host, globals }: Asking): Promise<void> {
  if (globals.yes) return;
  const canAsk = host.stdin.isTTY === true && host.stderr.isTTY === true && !globals.noInput;
  if (!canAsk) throw notConfirmed(`"${question}" needs an answer, and there is no terminal to ask on`);
  const prompt = createInterface({ input: host.stdin, output: host.stderr });
  try {
    const answer = await prompt.question(`${question} [y/N] `, { signal: host.signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw notConfirmed('stopped: the answer was no');
  } finally {
    prompt.close();
  }
}

function notConfirmed(message: string): RmaError {
  return new RmaError('RMA_USAGE_NOT_CONFIRMED', message, {
    exitCode: EXIT.usage,
    hint: 'add --yes to go on without a question',
  });
}
