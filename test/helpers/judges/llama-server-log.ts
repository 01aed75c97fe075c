import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { judgeProgram } from './judges.ts';

/** Sizes of the buffers that a llama-server logs, MiB with two decimals. */
export interface LoggedBuffers {
  readonly weights: number;
  /** key-value cache and recurrent states */
  readonly cache: number;
  readonly compute: number;
  /** logits of one token per request */
  readonly output: number;
}

/** One file on one server: each of `concurrency` requests has `context` tokens. */
export interface LoadedFile {
  readonly file: string;
  readonly context: number;
  readonly concurrency: number;
  readonly embeddings: boolean;
}

/** The last of the buffers that it creates. */
const LAST = /compute buffer size = +[\d.]+ MiB\n/;

/** Loads a file into a real llama-server on the CPU until it has its buffers. Throws with the log if it ends before. */
export async function loggedBuffers(load: LoadedFile): Promise<LoggedBuffers> {
  const child = spawn(judgeProgram('llama-server', 'llama-server'), flags(load), {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const closed = once(child, 'close');
  onTestFinished(() => void child.kill('SIGKILL'));
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
    if (LAST.test(log)) child.kill('SIGKILL');
  });
  await closed;
  if (!LAST.test(log)) throw new Error(`llama-server ended: ${log.slice(-2000)}`);
  return {
    weights: sizeIn(log, /model buffer size = +([\d.]+) MiB/g),
    cache: sizeIn(log, /(?:KV|RS) buffer size = +([\d.]+) MiB/g),
    compute: sizeIn(log, /compute buffer size = +([\d.]+) MiB/g),
    output: sizeIn(log, /output buffer size = +([\d.]+) MiB/g),
  };
}

/** The sizes are debug output. Nothing is fitted into free memory, and no warm-up computes with weights that are all zero. */
function flags({ file, context, concurrency, embeddings }: LoadedFile): readonly string[] {
  const size = ['--ctx-size', String(context * concurrency), '--parallel', String(concurrency)];
  const start = ['--fit', 'off', '--no-warmup', '--verbose', '--host', '127.0.0.1', '--port', '0'];
  return ['--model', file, ...size, ...start, ...(embeddings ? ['--embeddings'] : [])];
}

function sizeIn(log: string, line: RegExp): number {
  return [...log.matchAll(line)].reduce((sum, [, mebibytes]) => sum + Number(mebibytes), 0);
}
