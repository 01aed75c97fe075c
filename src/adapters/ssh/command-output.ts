import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Command } from '../../ports/command-runner.ts';
import { type MarkedOutput, readMarked } from './marked-output.ts';
import { NO_BYTES, untilAborted } from './until-aborted.ts';

/** Separates the output of a program from what the login shell printed before it. */
export class CommandOutput {
  status: MarkedOutput['status'] = null;
  before = '';
  /** the whole output, unless the caller reads it */
  text = '';
  /** resolves when the program has started */
  readonly started: Promise<void>;
  readonly #command: Pick<Command, 'readStdout' | 'onStdout' | 'onStderr'>;
  readonly #mark: string;
  #onStart: () => void = () => undefined;

  constructor(command: Pick<Command, 'readStdout' | 'onStdout' | 'onStderr'>, mark: string) {
    this.#command = command;
    this.#mark = mark;
    this.started = new Promise((resolve) => {
      this.#onStart = resolve;
    });
  }

  /** Returns what reads the streams of the local `ssh`. */
  readers(): Pick<Command, 'onStderr'> & Required<Pick<Command, 'readStdout'>> {
    const { onStderr } = this.#command;
    return {
      readStdout: (bytes) => this.#readStdout(bytes),
      ...(onStderr && { onStderr: afterMarkLine(this.#mark, onStderr) }),
    };
  }

  async #readStdout(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const { status, before, rest } = await readMarked(bytes, this.#mark);
    this.status = status;
    this.before = before;
    if (status !== 'started') return;
    this.#onStart();
    const { readStdout, onStdout } = this.#command;
    if (readStdout) await readStdout(rest);
    else if (onStdout)
      for await (const line of createInterface({ input: Readable.from(rest) })) onStdout(line);
    else this.text = await collected(rest);
  }
}

/** Returns the input of the local `ssh`. Bytes wait for the program: a refused session must not take any. */
export function inputOf(
  { stdin }: Pick<Command, 'stdin'>,
  until: { readonly start: Promise<void>; readonly signal: AbortSignal },
): Pick<Command, 'stdin'> {
  if (stdin === undefined || typeof stdin === 'string') return stdin === undefined ? {} : { stdin };
  // a program in a container may wait for its input before it ends, whatever the signal: it ends with the signal
  return { stdin: { bytes: untilAborted('bytes' in stdin ? stdin.bytes : NO_BYTES, until) } };
}

function afterMarkLine(mark: string, onLine: (line: string) => void): (line: string) => void {
  let isAfter = false;
  return (line) => {
    if (isAfter) onLine(line);
    else isAfter = line.includes(`${mark} `);
  };
}

async function collected(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
