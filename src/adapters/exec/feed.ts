import type { Writable } from 'node:stream';
import type { Command } from '../../ports/command-runner.ts';

/** Writes the input of a program, and ends it. Stops when the program closes its input. Rejects with the error of the bytes. */
export async function feed(target: Writable | null, input: Command['stdin']): Promise<void> {
  if (target === null || (typeof input === 'object' && 'open' in input)) return;
  if (typeof input !== 'object') {
    target.end(input ?? '');
    return;
  }
  for await (const chunk of input.bytes) {
    if (!target.writable) break;
    if (!target.write(chunk)) await drained(target);
  }
  target.end();
}

function drained(target: Writable): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      target.off('drain', go);
      target.off('close', go);
      resolve();
    };
    target.on('drain', go);
    target.on('close', go);
    if (target.destroyed) go();
  });
}
