import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';
import { tempFolder } from '../files/temp-folder.ts';

/** Bundles a TypeScript program, so that real processes can run it. Returns the path of the JavaScript file. */
export async function bundleProgram(source: string): Promise<string> {
  const outfile = join(tempFolder(), 'program.mjs');
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
    // parts of Docker's client, which it uses for SSH only
    loader: { '.node': 'copy' },
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); const __dirname = import.meta.dirname;",
    },
  });
  return outfile;
}

export interface RunningProgram {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  /** resolves when the program has printed this text, to stdout or stderr */
  printed(text: string): Promise<void>;
}

/** Starts a bundled program; it is killed when the test ends. */
export function startProgram(
  program: string,
  args: readonly string[],
  ids: { readonly uid?: number; readonly gid?: number } = {},
): RunningProgram {
  return startCommand([process.execPath, program, ...args], ids);
}

/** Starts a command and follows its output; it is killed when the test ends. */
export function startCommand(
  [command, ...args]: readonly [string, ...string[]],
  options: { readonly uid?: number; readonly gid?: number; readonly env?: NodeJS.ProcessEnv } = {},
): RunningProgram {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = { stdout: '', stderr: '' };
  const waiting: { readonly text: string; readonly resolve: () => void }[] = [];
  const hasPrinted = (text: string): boolean => said.stdout.includes(text) || said.stderr.includes(text);
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      said[name] += chunk.toString();
      for (const { text, resolve } of waiting) if (hasPrinted(text)) resolve();
    });
  }
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, ...said }));
  });
  return {
    child,
    ended,
    printed: (text) =>
      new Promise((resolve, reject) => {
        if (hasPrinted(text)) resolve();
        else waiting.push({ text, resolve });
        void ended.then(() => reject(new Error(`ended before it printed ${text}: ${said.stderr}`)));
      }),
  };
}
