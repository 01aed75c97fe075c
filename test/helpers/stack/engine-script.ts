import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout of the tests. */
export const CHECKOUT = dirname(fileURLToPath(new URL('../..', import.meta.url)));

export interface ScriptResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program until it exits; a non-zero exit code is not an error. Stdin is empty and not a terminal. */
export const runProgram = (
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<ScriptResult> =>
  new Promise((resolve, reject) => {
    const child = execFile(file, [...args], { env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const code = error?.code ?? 0;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else reject(error);
    });
    child.stdin?.end();
  });

/** Runs `scripts/engine.sh …` of a checkout. */
export const engineScript = (checkout: string, ...args: readonly string[]): Promise<ScriptResult> =>
  runProgram(`${checkout}/scripts/engine.sh`, args);

/** Returns the variables that `eval "$(scripts/engine.sh env)"` sets or changes in a real shell. */
export const evaluatedEnv = async (
  checkout: string,
  ...args: readonly string[]
): Promise<Record<string, string>> => {
  const script = 'set -eu; said=$("$@"); eval "$said"; exec env -0';
  const shell = await runProgram('bash', ['-c', script, 'bash', `${checkout}/scripts/engine.sh`, ...args]);
  if (shell.code !== 0) throw new Error(`engine.sh ${args.join(' ')}: ${shell.stderr}`);
  const all = shell.stdout.split('\0').flatMap((line) => {
    const at = line.indexOf('=');
    return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
  });
  return Object.fromEntries(all.filter(([name, value]) => name !== '_' && process.env[name] !== value));
};
