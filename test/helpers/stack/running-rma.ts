import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { AtEnd } from '../at-end.ts';
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

/** Where a command of rma runs. */
export interface RmaPlace extends Pick<Stack, 'dir' | 'env'> {
  /** kills it; default: after the test */
  readonly atEnd?: AtEnd;
}

/** Starts a command of the built rma in the directory of a stack; it is killed at the end. */
export function startRma(stack: RmaPlace, ...args: readonly string[]): RunningRma {
  const main = join(CHECKOUT, 'dist/cli/main.js');
  const child = spawn(process.execPath, [main, '--dir', stack.dir, ...args], {
    env: stack.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  (stack.atEnd ?? onTestFinished)(() => void child.kill('SIGKILL'));
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
