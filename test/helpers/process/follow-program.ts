import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';

export interface FollowedProgram {
  /** resolves when its output contains the text; rejects if it exits before */
  printed(text: string): Promise<void>;
  readonly exit: Promise<{ readonly code: number | null; readonly output: string }>;
}

/** Starts a program and follows its output, stdout and stderr together. It is killed when the test ends. */
export function followProgram(argv: readonly [string, ...string[]], env: NodeJS.ProcessEnv): FollowedProgram {
  const [program, ...args] = argv;
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  const waiting: { readonly text: string; readonly resolve: () => void }[] = [];
  const add = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const { text, resolve } of waiting) if (output.includes(text)) resolve();
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  const exit = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, output }));
  });
  return {
    exit,
    printed: (text) =>
      new Promise((resolve, reject) => {
        if (output.includes(text)) resolve();
        else waiting.push({ text, resolve });
        void exit.then(() => reject(new Error(`ended before it printed ${text}: ${output}`)));
      }),
  };
}
