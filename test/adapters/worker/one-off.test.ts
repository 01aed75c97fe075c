import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PinnedHfModel } from '../../../src/core/source/huggingface.ts';
import { readWorkerFacts } from '../../../src/core/worker/read-worker-facts.ts';
import { bundleEntry } from '../../helpers/process/bundle-entry.ts';
import { runWithInput } from '../../helpers/process/run-process.ts';
import { patternContent, sha256Of } from '../../hub/content.ts';
import { type Hub, startHub } from '../../hub/hub.ts';
import { tinyGguf } from '../../hub/tiny-gguf.ts';

const REF = 'hf:org/tiny:tiny.gguf';
let dir: string;
let bundle: string;
let hub: Hub;
let store: string;
let env: Record<string, string>;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rma-one-off-'));
  bundle = await bundleEntry('worker', dir);
  const files = { 'tiny.gguf': tinyGguf(), 'README.md': 'read me' };
  hub = await startHub({
    repos: { 'org/tiny': { files }, 'org/big': { files: { 'a.bin': patternContent(5000) } } },
  });
  const data = join(dir, 'data');
  for (const folder of ['profiles', 'compose/engines']) mkdirSync(join(data, folder), { recursive: true });
  writeFileSync(join(data, 'compose/engines/llamacpp.yaml'), readFileSync('compose/engines/llamacpp.yaml'));
  const profile = (name: string, model: string) =>
    writeFileSync(
      join(data, `profiles/${name}.yaml`),
      `description: one\nservices:\n  - engine: llamacpp\n    models: ['${model}']\n`,
    );
  profile('cpu-worker', REF);
  profile('ocr', 'hf:org/big');
  profile('broken', 'hf:org/none');
});

beforeEach(() => {
  store = mkdtempSync(join(dir, 'store-'));
  env = {
    MODEL_CACHE_DIR: store,
    HF_ENDPOINT: hub.endpoint,
    RMA_DATA_DIR: join(dir, 'data'),
    LOG_FILE: join(dir, 'model-download.log'),
    HOME: dir,
  };
});

afterAll(async () => {
  await hub.close();
  rmSync(dir, { recursive: true });
});

const worker = (args: readonly string[], more: Record<string, string> = {}, input = '') =>
  runWithInput([process.execPath, bundle, ...args], input, { ...env, ...more });
const contentRequests = () => hub.log.entries().filter((entry) => entry.bytesSent > 0).length;

describe('rma-worker facts', () => {
  it('prints host facts that the CLI of the same version can parse', async () => {
    const { code, stdout } = await worker(['facts', '--json']);
    expect(code).toBe(0);
    expect(readWorkerFacts(stdout)).toMatchObject({
      memory: { totalBytes: totalmem() },
      kernel: release(),
      cores: cpus().length,
      disks: expect.arrayContaining([expect.objectContaining({ mount: '/' })]),
    });
    expect(stdout).not.toContain('"os"');
  });
});

function pinned(): PinnedHfModel {
  const { sha, files } = hub.commit('org/tiny');
  const content = files.get('tiny.gguf')!.content;
  return {
    source: 'hf',
    ref: REF,
    repo: 'org/tiny',
    revision: 'main',
    commit: sha,
    complete: false,
    files: [
      { path: 'tiny.gguf', bytes: content.size, digest: { algorithm: 'sha256', hex: sha256Of(content) } },
    ],
  };
}

describe('download-models.sh', () => {
  it('[req R43] downloads missing models, and nothing on a second run', async () => {
    const first = await worker(['download', 'cpu-worker']);
    expect(first).toMatchObject({ code: 0, stdout: '' });
    expect(first.stderr).toMatch(/Downloading hf:org\/tiny:tiny.gguf/);
    expect(first.stderr).toMatch(
      /Summary: models: 1, 1 downloaded \(1\.\d MiB\), 0 already present, 0 failed/,
    );
    const before = contentRequests();
    const second = await worker(['download', 'cpu-worker']);
    expect(second.stderr.match(/Already present hf:org\/tiny:tiny.gguf/g)).toHaveLength(1);
    expect(second.stderr).not.toMatch(/ownloading/);
    expect(second.stderr).toMatch(/Summary: models: 1, 0 downloaded \(0 B\), 1 already present/);
    expect(contentRequests()).toBe(before);
  });

  it('[req R48] writes whole lines without carriage returns to stderr and to the log file', async () => {
    const result = await worker(['download', 'cpu-worker'], { LOG_FILE: join(store, 'own.log') });
    expect(result.stderr).not.toContain('\r');
    expect(readFileSync(join(store, 'own.log'), 'utf8')).toBe(result.stderr);
  });

  it('[req R46] warns once and continues on stderr if the log file cannot be written', async () => {
    const result = await worker(['download', 'cpu-worker'], { LOG_FILE: '/proc/none/x.log' });
    expect(result.code).toBe(0);
    expect(result.stderr.match(/ WARN .*LOG_FILE \/proc\/none\/x.log/g)).toHaveLength(1);
  });

  it('[req R46] writes messages of LOG_LEVEL and above', async () => {
    expect((await worker(['download', 'cpu-worker'], { LOG_LEVEL: 'ERROR' })).stderr).toBe('');
    const more = { LOG_LEVEL: 'DEBUG', OLLAMA_URL: 'http://localhost:11434' };
    expect((await worker(['download', 'cpu-worker'], more)).stderr).toMatch(/DEBUG .*OLLAMA_URL/);
  });

  it('[req R47] uses WORKER_TYPE without an argument', async () => {
    const result = await worker(['download'], { WORKER_TYPE: 'ocr' });
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/Downloading hf:org\/big/);
  });

  it.each([[[]], [['tpu-worker']]])(
    '[req R41] fails with a usage error that lists the types for %j',
    async (args) => {
      const result = await worker(['download', ...args]);
      expect(result.code).toBe(2);
      expect(result.stderr).toContain('usage: download-models.sh [broken|cpu-worker|ocr|all]');
      expect(readdirSync(store)).toEqual([]);
    },
  );

  it('[req R42] all covers every type; one failure does not stop the others, and the exit code is 8', async () => {
    const result = await worker(['download', 'all']);
    expect(result.code).toBe(8);
    expect(result.stderr).toMatch(/Summary: models: 3, 2 downloaded .* 1 failed/);
  });

  it('exits with the code of the error if nothing succeeded', async () => {
    const result = await worker(['download', 'broken']);
    expect(result.code).toBe(4);
    expect(result.stderr).toMatch(/org\/none/);
  });

  it('[req R44] stores Hugging Face models in HF_HOME', async () => {
    const home = join(store, 'elsewhere');
    expect((await worker(['download', 'cpu-worker'], { HF_HOME: home })).code).toBe(0);
    expect(readdirSync(join(home, 'hub'))).toContain('models--org--tiny');
  });
});

describe('rma-worker fetch and check', () => {
  it('download the models given on stdin, report each step as a line of JSON, and record the needs of the worker', async () => {
    const request = {
      models: [pinned()],
      needs: { host: 'box', project: 'demo', profile: 'chat', refs: [REF] },
    };
    const result = await worker(['fetch'], {}, JSON.stringify(request));
    expect(result.code).toBe(0);
    const lines = result.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ schema: 'rma.worker-status/v1', state: 'checking' });
    expect(lines.map((line) => line.state)).toContain('downloading');
    expect(lines.at(-1)).toMatchObject({ failure: null, models: [{ ref: REF, state: 'present' }] });
    expect(readdirSync(join(store, '.rma/projects'))).toEqual(['box-demo.chat.json']);
    const check = await worker(['check'], {}, JSON.stringify(request));
    expect(JSON.parse(check.stdout)).toMatchObject({
      checks: [{ ref: REF, state: 'present', missingBytes: 0 }],
      freeBytes: expect.any(Number),
    });
  });

  it('check an empty store without writing to it', async () => {
    const result = await worker(['check'], {}, JSON.stringify({ models: [pinned()] }));
    expect(JSON.parse(result.stdout).checks).toMatchObject([{ state: 'missing' }]);
    expect(readdirSync(store)).toEqual([]);
  });

  it('report an error in the last line and in the exit code', async () => {
    const model = { ...pinned(), commit: 'f'.repeat(40) };
    const result = await worker(['fetch'], {}, JSON.stringify({ models: [model] }));
    const last = JSON.parse(result.stdout.trimEnd().split('\n').at(-1)!);
    expect(last.state).toBe('failed');
    expect(last.failure.code).toMatch(/^RMA_HUB_/);
    expect(result.code).toBe(last.failure.exitCode);
  });

  it('reject an invalid request with exit code 2', async () => {
    const result = await worker(['fetch'], {}, '{"models":[{"source":"ftp"}]}');
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('$.models[0].source must be one of hf, url, ollama, ms, not "ftp"');
  });
});
