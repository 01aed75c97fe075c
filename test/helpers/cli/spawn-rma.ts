import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { tempFolder } from '../files/temp-folder.ts';

export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
export const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
}

/** Starts a program without inheriting the environment. */
export function start(
  argv: readonly [string, ...string[]],
  options: SpawnOptions = {},
): ChildProcessWithoutNullStreams {
  const [program, ...args] = argv;
  return spawn(program, args, {
    cwd: options.cwd ?? '/',
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...options.env },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
}

/** Runs a program until it exits. */
export async function run(
  argv: readonly [string, ...string[]],
  options: SpawnOptions = {},
): Promise<{ readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = start(argv, options);
  child.stdin.end();
  const [[exitCode], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { exitCode, stdout, stderr };
}

/** Returns the command line of the built rma. @throws Error when it was not built */
export function builtRma(...args: readonly string[]): readonly [string, ...string[]] {
  if (!existsSync(MAIN)) throw new Error('dist/ is missing: run npm run build');
  return [process.execPath, MAIN, ...args];
}

/**
 * Copies the built rma to a directory that every user can read, like an installation; the checkout may be private.
 * Returns what `builtRma` returns, for the copy. The copy is deleted with the test.
 */
export async function installedRma(): Promise<typeof builtRma> {
  const [node] = builtRma();
  const folder = tempFolder();
  for (const part of ['dist', 'profiles', 'compose', 'package.json']) {
    cpSync(join(REPOSITORY, part), join(folder, part), { recursive: true });
  }
  await run(['chmod', '-R', 'a+rX', folder]);
  return (...args) => [node, join(folder, relative(REPOSITORY, MAIN)), ...args];
}
