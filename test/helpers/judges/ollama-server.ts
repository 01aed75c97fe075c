import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ProcessResult, runProcess } from '../process/run-process.ts';
import { judgeHome, judgeProgram } from './judges.ts';

/** A real Ollama server on a store. */
export interface OllamaServer {
  readonly url: string;
  /** Runs the Ollama client: `list`, `show`, `run`, `pull`. */
  readonly ollama: (...args: string[]) => Promise<ProcessResult>;
  /** Returns the response of its API. */
  readonly get: (path: string) => Promise<unknown>;
  readonly post: (path: string, body: unknown) => Promise<unknown>;
  /** Returns the parts of the first line of its log that matches, once it has logged one. */
  readonly logged: (pattern: RegExp) => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
}

/** Starts the server on a free port until the end of the test. `asNobody`: as a user who cannot write to the store. */
export async function startOllama(
  store: string,
  options: { readonly env?: Record<string, string>; readonly asNobody?: boolean } = {},
): Promise<OllamaServer> {
  const home = judgeHome();
  const environment = { PATH: process.env['PATH'] ?? '', HOME: home, OLLAMA_MODELS: store, ...options.env };
  const ids = options.asNobody === true ? nobody() : {};
  const program = ids.uid === undefined ? judgeProgram('ollama', 'ollama') : openCopy(home);
  const child = spawn(program, ['serve'], {
    env: { ...environment, OLLAMA_HOST: '127.0.0.1:0' },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...ids,
  });
  const closed = once(child, 'close');
  const stop = async () => {
    child.kill('SIGTERM');
    await closed;
  };
  onTestFinished(stop);
  const logged = followLog(child.stderr);
  // it logs its address once it has started and cleaned up its store
  const [, port] = await logged(/Listening on 127\.0\.0\.1:(\d+)/);
  const url = `http://127.0.0.1:${port}`;
  const client = judgeProgram('ollama', 'ollama');
  return {
    url,
    ollama: (...args) => runProcess(client, args, { ...environment, OLLAMA_HOST: url }),
    get: async (path) => (await fetch(url + path)).json(),
    post: async (path, body) =>
      (await fetch(url + path, { method: 'POST', body: JSON.stringify(body) })).json(),
    logged,
    stop,
  };
}

function nobody(): { readonly uid?: number; readonly gid?: number } {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
}

/** Copies the program and its runner so that any user can run them, with a home directory writable for this user. */
function openCopy(home: string): string {
  const folder = join(home, 'open');
  for (const program of [judgeProgram('ollama', 'ollama'), judgeProgram('llama-server', 'llama-server')]) {
    const judge = join(program, '../..');
    cpSync(judge, join(folder, basename(judge)), { recursive: true, verbatimSymlinks: true });
  }
  for (const path of [home, folder]) chmodSync(path, 0o777);
  return join(folder, relative(resolve('.judges'), judgeProgram('ollama', 'ollama')));
}

function followLog(stderr: NodeJS.ReadableStream): OllamaServer['logged'] {
  let text = '';
  stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return (pattern) =>
    new Promise((resolve, reject) => {
      const look = () => {
        // only complete lines
        const found = pattern.exec(text.slice(0, text.lastIndexOf('\n')));
        if (found !== null) resolve(found);
      };
      stderr.on('data', look);
      stderr.on('end', () => reject(new Error(`ollama ended: ${text}`)));
      look();
    });
}
