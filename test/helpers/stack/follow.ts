import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Finisher } from './stack.ts';

/** The output of a docker command while it runs; stdout and stderr together. */
export interface Followed {
  /** all lines so far */
  readonly lines: readonly string[];
  /** Resolves with the first line, earlier or later, that matches; rejects when the output ends without one. */
  readonly line: (wanted: string | RegExp | ((line: string) => boolean)) => Promise<string>;
  /** Resolves with all lines when the command has ended. */
  readonly end: () => Promise<readonly string[]>;
}

interface Command {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Runs a docker command and reads its lines until it ends, at most until `finished`. */
export function follow({ args, env }: Command, finished: Finisher): Followed {
  const child = spawn('docker', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const checks = new Set<() => void>();
  const read = async (input: Readable): Promise<void> => {
    for await (const line of createInterface({ input })) {
      lines.push(line);
      for (const check of checks) check();
    }
  };
  let isOver = false;
  const over = Promise.all([read(child.stdout), read(child.stderr), once(child, 'close')]).then(() => {
    isOver = true;
    for (const check of checks) check();
  });
  finished(async () => {
    child.kill();
    await over;
  });
  const line: Followed['line'] = (wanted) => {
    const isWanted = typeof wanted === 'function' ? wanted : (text: string) => text.search(wanted) >= 0;
    const found = new Promise<string>((resolve, reject) => {
      const settle = (action: () => void): void => {
        checks.delete(check);
        action();
      };
      const check = (): void => {
        const match = lines.find(isWanted);
        if (match !== undefined) settle(() => resolve(match));
        else if (isOver) settle(() => reject(new Error(`docker ${args.join(' ')}: no line ${wanted}`)));
      };
      checks.add(check);
      check();
    });
    // a test that fails earlier does not await it
    found.catch(() => undefined);
    return found;
  };
  return { lines, line, end: () => over.then(() => lines) };
}
