import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { engineEnv, llamaServerImage } from '../helpers/stack/engine-env.ts';
import { runProgram } from '../helpers/stack/engine-script.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const docker = (...args: readonly string[]) => runProgram('docker', args, engineEnv());

/** Starts llama-server with this model; the container is removed after the test. */
async function startEngine(gguf: Uint8Array): Promise<string> {
  const image = llamaServerImage();
  const folder = await mkdtemp(join(tmpdir(), 'rma-gguf-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'tiny.gguf'), gguf);
  const mount = ['--mount', `type=bind,source=${folder},target=/models,readonly`];
  const server = ['--model', '/models/tiny.gguf', '--port', '8080'];
  const started = await docker('run', '--detach', '--pull', 'never', ...mount, image, ...server);
  const id = started.stdout.trim();
  onTestFinished(async () => void (await docker('rm', '--force', '--volumes', id)));
  return id;
}

/** Follows the log of the container until the server listens or exits. */
async function listens(id: string): Promise<void> {
  const merged = ['-c', 'exec docker logs --follow "$1" 2>&1', 'bash', id];
  const log = spawn('bash', merged, { env: engineEnv(), stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface(log.stdout)) if (line.includes('listening on')) break;
  log.kill();
}

describe('llama-server with the tiny GGUF', () => {
  it.each([
    ['of the smallest size', {}],
    ['of 48 MiB', { bytes: 48 * 1024 * 1024, seed: 2 }],
  ])('%s answers a chat request', async (_, options) => {
    const id = await startEngine(tinyGguf(options));
    await listens(id);
    const body = JSON.stringify({
      messages: [{ role: 'user', content: 'Are you ready?' }],
      max_tokens: 8,
      temperature: 0,
    });
    const url = 'http://127.0.0.1:8080/v1/chat/completions';
    const { stdout } = await docker('exec', id, 'wget', '-qO-', `--post-data=${body}`, url);
    expect(JSON.parse(stdout).choices[0].message.content).toMatch(/^( [a-z]+)+$/);
  });

  it('rejects a truncated file', async () => {
    const id = await startEngine(tinyGguf().slice(0, -1000));
    const { stdout } = await docker('wait', id);
    expect(Number(stdout)).toBeGreaterThan(0);
  });
});
