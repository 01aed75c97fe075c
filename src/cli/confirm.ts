import { createInterface } from 'node:readline';
import { CanceledError, EXIT, RmaError } from '../core/errors.ts';
import type { GlobalValues } from './global-options.ts';
import type { ProcessIo } from './process-io.ts';

interface PromptParts {
  readonly io: Pick<ProcessIo, 'stdin' | 'stderr' | 'signal'>;
  readonly globals: Pick<GlobalValues, 'yes' | 'noInput'>;
}

/** Prompts for confirmation on the terminal. @throws RmaError RMA_USAGE_NOT_CONFIRMED exit 2, RMA_INTERRUPTED exit 130 */
export async function confirm(question: string, { io, globals }: PromptParts): Promise<void> {
  if (globals.yes) return;
  if (!canPrompt(io, globals)) throw noTerminal(question);
  if (!(await isYes(question, io))) throw new CanceledError();
}

interface NamePrompt extends PromptParts {
  /** what the user must type */
  readonly name: string;
  /** the command has --force */
  readonly force: boolean;
}

/**
 * Prompts for the name of what is about to be deleted; --yes with --force skips it, --yes alone does not.
 * @throws RmaError RMA_USAGE_NOT_CONFIRMED exit 2, RMA_INTERRUPTED exit 130
 */
export async function confirmName(question: string, { io, globals, name, force }: NamePrompt): Promise<void> {
  if (globals.yes && force) return;
  if (globals.yes || !canPrompt(io, globals)) throw nameRequired(question);
  const answer = await ask(`${question} Type ${name} to confirm: `, io);
  if (answer.trim() !== name) throw new CanceledError();
}

/**
 * Prompts whether to do something that the command does not need; null without a terminal, and with --yes, which
 * confirms only what the command does.
 * @throws RmaError RMA_INTERRUPTED exit 130
 */
export async function offer(question: string, { io, globals }: PromptParts): Promise<boolean | null> {
  return globals.yes || !canPrompt(io, globals) ? null : isYes(question, io);
}

function canPrompt({ stdin, stderr }: PromptParts['io'], { noInput }: PromptParts['globals']): boolean {
  return stdin.isTTY === true && stderr.isTTY === true && !noInput;
}

async function isYes(question: string, io: PromptParts['io']): Promise<boolean> {
  const answer = await ask(`${question} [y/N] `, io);
  return /^y(es)?$/i.test(answer.trim());
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

function noTerminal(question: string): RmaError {
  const message = `confirmation required, but stdin is not interactive: "${question}"`;
  return new RmaError('RMA_USAGE_NOT_CONFIRMED', message, {
    exitCode: EXIT.usage,
    hint: 'to skip the confirmation, add --yes',
  });
}

function nameRequired(question: string): RmaError {
  return new RmaError('RMA_USAGE_NOT_CONFIRMED', `confirmation by name required: "${question}"`, {
    exitCode: EXIT.usage,
    hint: 'type the name on a terminal, or add --yes --force',
  });
}
