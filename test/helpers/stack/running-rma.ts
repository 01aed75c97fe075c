import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { CHECKOUT } from './engine-script.ts';
import type { Stack } from './stack.ts';

/** A command of rma that runs during the test. */
export interface RunningRma {
  readonly child: ChildProcess;
  /** its lines so far, stdout and stderr together */
  readonly lines: readonly string[];
  /** Resolves with the first line that matches; rejects when the command ends without one. */
  readonly line: (wanted: RegExp) => Promise<string>;
  /** Resolves with its exit code; null after a kill. */
  readonly ended: Promise<number | null>;
}

/** Starts a command of the built rma in the directory of a stack; it is killed after the test. */
export function startRma(stack: Pick<Stack, 'dir' | 'env'>, ...args: readonly string[]): RunningRma {
  const main = join(CHECKOUT, 'dist/cli/main.js');
  const child = spawn(process.execPath, [main, '--dir', stack.dir, ...args], {
    env: stack.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const checks = new Set<(line: string) => void>();
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      lines.push(line);
      for (const check of checks) check(line);
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    lines,
    ended,
    line: (wanted) =>
      new Promise((resolve, reject) => {
        const check = (line: string): void => {
          if (wanted.test(line)) resolve(line);
        };
        for (const line of lines) check(line);
        checks.add(check);
        void ended.then(() =>
          reject(new Error(`rma ${args.join(' ')}: no line ${wanted}:\n${lines.join('\n')}`)),
        );
      }),
  };
}
