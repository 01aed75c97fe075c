import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WorkerConfig } from '../../../src/core/domain/worker-config.ts';
import type { WorkerStatus } from '../../../src/core/domain/worker-status.ts';
import { bundleEntry } from '../../helpers/process/bundle-entry.ts';
import { runProcess } from '../../helpers/process/run-process.ts';
import { startEngine } from '../../helpers/worker/stub-engine.ts';
import { startOllama } from '../../helpers/worker/stub-ollama.ts';
import { MODEL_REF, workerConfig } from '../../helpers/worker/worker-config.ts';
import { patternContent, sha256Of } from '../../hub/content.ts';
import { type Hub, startHub } from '../../hub/hub.ts';

const MIB = 1024 * 1024;
const CONTENT = patternContent(40 * MIB);
let dir: string;
let bundle: string;
let hub: Hub;
let env: Record<string, string>;
const started: ChildProcess[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rma-run-'));
  bundle = await bundleEntry('worker', dir);
});

beforeEach(async () => {
  hub = await startHub({ repos: { 'org/repo': { files: { 'tiny.bin': CONTENT } } } });
  const own = mkdtempSync(join(dir, 'run-'));
  env = {
    PATH: process.env['PATH'] ?? '',
    HOME: own,
    MODEL_CACHE_DIR: join(own, 'models'),
    HF_ENDPOINT: hub.endpoint,
    RMA_WORKER_CONFIG: join(own, 'worker.json'),
    RMA_WORKER_SOCKET: join(own, 'worker.sock'),
    LOG_FILE: '',
  };
  return async () => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    await hub.close();
  };
});

afterAll(() => rmSync(dir, { recursive: true }));

function configure(part: Partial<WorkerConfig>): void {
  const digest = { algorithm: 'sha256', hex: sha256Of(CONTENT) } as const;
  const model = {
    ...workerConfig().models[0]!,
    commit: hub.commit('org/repo').sha,
    files: [{ path: 'tiny.bin', bytes: CONTENT.size, digest }],
  };
  writeFileSync(env['RMA_WORKER_CONFIG']!, JSON.stringify(workerConfig({ models: [model], ...part })));
}

interface Started {
  readonly child: ChildProcess;
  readonly exit: Promise<readonly unknown[]>;
  readonly stdout: () => string;
}

function start(): Started {
  const child = spawn(process.execPath, [bundle, 'run'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(child);
  let stdout = '';
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk);
  });
  return { child, exit: once(child, 'close'), stdout: () => stdout };
}

/** Returns the first status of `rma-worker status --json --follow` that matches. */
async function follow(test: (status: WorkerStatus) => boolean): Promise<WorkerStatus> {
  const child = spawn(process.execPath, [bundle, 'status', '--json', '--follow'], { env });
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const status = JSON.parse(line) as WorkerStatus;
      if (test(status)) return status;
    }
  } finally {
    child.kill();
  }
  throw new Error('the worker ended');
}

const health = () => runProcess(process.execPath, [bundle, 'health'], env);

describe('rma-worker run', () => {
  it('[req R43] becomes ready, and again after a restart without the hub', async () => {
    await using engine = await startEngine();
    configure({ engines: [engine.target] });
    const first = start();
    await follow((status) => status.state === 'ready');
    expect(await health()).toMatchObject({ code: 0, stdout: 'ready\n' });
    first.child.kill('SIGTERM');
    expect(await first.exit).toEqual([0, null]);
    await hub.close();
    const second = start();
    const status = await follow((each) => each.state === 'ready');
    expect(status.models).toMatchObject([{ ref: MODEL_REF, state: 'present', fetchedBytes: 0 }]);
    second.child.kill('SIGTERM');
    await second.exit;
    expect(second.stdout()).toMatch(/\[ready\] state ready/);
    expect(await health()).toMatchObject({ code: 1 });
  });

  it('[req R48] exits on SIGTERM during a download, and the next run resumes it', async () => {
    configure({});
    const fault = hub.faults.add({ kind: 'stall', offset: 36 * MIB });
    const first = start();
    await fault.reached();
    await follow((status) => status.state === 'downloading');
    expect(await health()).toMatchObject({ code: 1, stdout: 'downloading\n' });
    first.child.kill('SIGTERM');
    expect(await first.exit).toEqual([0, null]);
    expect(first.stdout()).toMatch(new RegExp(`Downloading ${MODEL_REF}: \\d+ %`));
    fault.remove();
    hub.log.clear();
    const second = start();
    await follow((status) => status.state === 'ready');
    const resumed = hub.log.contentRequests();
    expect(resumed.map(({ range }) => range)).toEqual([expect.stringMatching(/^bytes=[1-9]/)]);
    expect(resumed[0]!.bytesSent).toBeLessThan(CONTENT.size);
    second.child.kill('SIGTERM');
    await second.exit;
  });

  it('stays alive and unhealthy after a permanent error, and reports it', async () => {
    configure({});
    hub.faults.add({ kind: 'status', status: 403 });
    const run = start();
    const status = await follow((each) => each.state === 'failed');
    expect(status.failure).toMatchObject({ code: 'RMA_HUB_FORBIDDEN', exitCode: 4 });
    expect(await health()).toMatchObject({ code: 1, stdout: 'failed\n' });
    expect(run.child.exitCode).toBeNull();
    run.child.kill('SIGTERM');
    expect(await run.exit).toEqual([0, null]);
  });

  it('[req R45] probes Ollama at OLLAMA_URL', async () => {
    await using ollama = await startOllama([{ name: 'llava:7b' }]);
    configure({ engines: [{ ...ollama.target, url: 'http://127.0.0.1:9' }] });
    env = { ...env, OLLAMA_URL: ollama.target.url };
    const run = start();
    await follow((status) => status.state === 'ready');
    expect(ollama.asked).toEqual(['/api/generate llava:7b', '/api/ps']);
    run.child.kill('SIGTERM');
    await run.exit;
  });

  it.each([
    ['a missing configuration', null, {}, 'cannot read'],
    ['an invalid configuration', '{"schema":"rma.worker-config/v2"}', {}, 'rma.worker-config/v1'],
    ['an invalid coordinator URL', null, { COORDINATOR_URL: 'coordinator' }, 'RMA_COORDINATOR_URL'],
    ['an invalid Ollama URL', null, { OLLAMA_URL: 'localhost:11434' }, 'RMA_OLLAMA_URL'],
  ])('rejects %s with exit code 2', async (...[, text, more, said]) => {
    if (text === null) rmSync(env['RMA_WORKER_CONFIG']!, { force: true });
    else writeFileSync(env['RMA_WORKER_CONFIG']!, text);
    if (Object.keys(more).length > 0) configure({});
    const result = await runProcess(process.execPath, [bundle, 'run'], { ...env, ...more });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(said);
  });

  it('rejects an unknown command with the usage', async () => {
    const result = await runProcess(process.execPath, [bundle, 'nonsense'], env);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/^usage: rma-worker \[run\|status\|health\|fetch\|.*\|download\|/m);
  });
});
