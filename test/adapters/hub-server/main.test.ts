import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ask, follow } from './http-client.ts';

const GGUF = '/Qwen/Qwen2.5-0.5B-Instruct-GGUF/resolve/main/qwen2.5-0.5b-instruct-q4_k_m.gguf';

interface RunningHub {
  readonly process: ChildProcess;
  readonly state: { readonly endpoint: string; readonly port: number; readonly pid: number };
}

let bundle = '';

beforeAll(async () => {
  const built = await build({
    entryPoints: ['test/hub/main.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    write: false,
  });
  bundle = built.outputFiles[0]?.text ?? '';
});

async function startProcess(args: readonly string[]): Promise<RunningHub> {
  const child = spawn(process.execPath, ['--input-type=module', '-', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.end(bundle);
  const [line] = await once(createInterface(child.stdout), 'line');
  return { process: child, state: JSON.parse(line) };
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rma-hub-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

describe('the hub process', () => {
  it('serves the quickstart model and logs its requests', async () => {
    const folder = await temporaryFolder();
    const [stateFile, log] = [join(folder, 'state.json'), join(folder, 'requests.ndjson')];
    const hub = await startProcess(['--state', stateFile, '--log', log]);
    const file = await follow(hub.state.endpoint + GGUF);
    expect(file.body.toString('ascii', 0, 4)).toBe('GGUF');
    expect(JSON.parse(await readFile(stateFile, 'utf8'))).toEqual(hub.state);
    expect(hub.state.pid).toBe(hub.process.pid);
    hub.process.kill('SIGTERM');
    expect(await once(hub.process, 'exit')).toEqual([0, null]);
    const requests = (await readFile(log, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(requests.map(({ path, bytesSent }) => [path, bytesSent])).toEqual([
      [GGUF, 0],
      [expect.stringMatching(/^\/repos\/Qwen/), file.body.length],
    ]);
  });

  it('restarts on its previous ports, with the same commit', async () => {
    const stateFile = join(await temporaryFolder(), 'state.json');
    const first = await startProcess(['--state', stateFile]);
    const before = (await ask(first.state.endpoint + GGUF)).headers['x-repo-commit'];
    first.process.kill('SIGTERM');
    await once(first.process, 'exit');
    const second = await startProcess(['--state', stateFile]);
    expect(second.state.port).toBe(first.state.port);
    expect((await ask(second.state.endpoint + GGUF)).headers['x-repo-commit']).toBe(before);
  });

  it('uses free ports if its previous ones are in use', async () => {
    const stateFile = join(await temporaryFolder(), 'state.json');
    const first = await startProcess(['--state', stateFile]);
    const second = await startProcess(['--state', stateFile]);
    expect(second.state.port).not.toBe(first.state.port);
    expect((await ask(second.state.endpoint + GGUF)).status).toBe(302);
  });

  it.each([
    [['--prot', '1'], /^hub: Unknown option '--prot'/],
    [['--host', '192.0.2.1'], /^hub: listen EADDRNOTAVAIL.*192\.0\.2\.1/],
  ])('reports in one line what is wrong with %j', async (args, message) => {
    const child = spawn(process.execPath, ['--input-type=module', '-', ...args], {
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    child.stdin.end(bundle);
    const said = await text(child.stderr);
    expect(said).toMatch(message);
    expect(said.trim().split('\n')).toHaveLength(1);
  });
});
