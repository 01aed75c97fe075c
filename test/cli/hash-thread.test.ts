import { createReadStream, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { expect, onTestFinished, test } from 'vitest';
import { builtRma, REPOSITORY, run } from '../helpers/cli/spawn-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { runWithInput } from '../helpers/process/run-process.ts';
import { patternContent, sha256Of } from '../hub/content.ts';
import { type Hub, startHub } from '../hub/hub.ts';

const MIB = 1024 * 1024;
const CONTENT = patternContent(16 * MIB);
const SMALL = patternContent(16 * MIB - 1);

/** Appends what each thread reports to LOG, one JSON text a line. */
const OBSERVER = `
const threads = require('node:worker_threads');
const { appendFileSync } = require('node:fs');
const say = (text) => appendFileSync(process.env.LOG, JSON.stringify(text) + '\\n');
threads.Worker = class extends threads.Worker {
  constructor(...args) {
    super(...args);
    say('started');
    this.on('message', (reply) => reply.hex && say(reply.hex));
    this.on('error', (error) => say(error.message));
  }
};
require('node:module').syncBuiltinESMExports();
`;

/** On exit, writes the size of the memory for new objects to LOG, before and after many objects that live for a while. */
const GROWTH = `
const { isMainThread } = require('node:worker_threads');
const { getHeapSpaceStatistics } = require('node:v8');
const size = () => getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size;
if (isMainThread) process.on('exit', () => {
  const before = size();
  const recent = [];
  for (let at = 0; at < 4e6; at += 1) recent[at % 20000] = { at };
  require('node:fs').writeFileSync(process.env.LOG, JSON.stringify([before, size()]));
});
`;

/** Returns the environment of an observed process, and what its threads reported. */
function observed(dir: string) {
  const log = join(dir, 'log');
  writeFileSync(join(dir, 'observer.cjs'), OBSERVER);
  const lines = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
  const env = { NODE_OPTIONS: `--require=${join(dir, 'observer.cjs')}`, LOG: log };
  return { env, said: () => lines().map((line) => JSON.parse(line) as string) };
}

async function hubWith(file: typeof CONTENT): Promise<Hub> {
  const hub = await startHub({ repos: { 'org/repo': { files: { 'a.dat': file } } } });
  onTestFinished(() => hub.close());
  return hub;
}

/** Writes the worker of the image's build context to a directory. Returns its path. */
async function imageWorker(dir: string): Promise<string> {
  const path = join(dir, 'worker.mjs');
  const tar = createReadStream(join(REPOSITORY, 'dist/image/rootfs.tar')).pipe(extract());
  for await (const part of tar) {
    const content = await buffer(part);
    if (part.header.name === 'opt/rma/worker.mjs') await writeFile(path, content);
  }
  return path;
}

test('the installed command hashes a large file in one thread, and ends', async () => {
  const dir = tempFolder();
  const hub = await hubWith(CONTENT);
  const { env, said } = observed(dir);
  const argv = builtRma('models', 'pull', 'hf:org/repo', '--dest', join(dir, 'store'));
  const { exitCode, stderr } = await run(argv, { env: { HOME: dir, HF_ENDPOINT: hub.endpoint, ...env } });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(said()).toContain(sha256Of(CONTENT));
  expect(said().filter((text) => !/^[0-9a-f]{64}$/.test(text))).toEqual(['started']);
});

test('memory for new objects of the installed command does not grow after the thread was started', async () => {
  const dir = tempFolder();
  const hub = await hubWith(CONTENT);
  writeFileSync(join(dir, 'grow.cjs'), GROWTH);
  const env = { HOME: dir, HF_ENDPOINT: hub.endpoint, NODE_OPTIONS: `--require=${join(dir, 'grow.cjs')}` };
  const argv = builtRma('models', 'pull', 'hf:org/repo', '--dest', join(dir, 'store'));
  const { exitCode, stdout } = await run(argv, { env: { ...env, LOG: join(dir, 'log') } });
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
  const [before, after] = JSON.parse(readFileSync(join(dir, 'log'), 'utf8'));
  expect(before).toBeGreaterThan(0);
  expect(after).toBe(before);
});

test('the installed command starts no thread for small files', async () => {
  const dir = tempFolder();
  const hub = await hubWith(SMALL);
  const { env, said } = observed(dir);
  const argv = builtRma('models', 'pull', 'hf:org/repo', '--dest', join(dir, 'store'));
  const { exitCode, stderr } = await run(argv, { env: { HOME: dir, HF_ENDPOINT: hub.endpoint, ...env } });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(said()).toEqual([]);
});

test('the worker of the image hashes a large file in one thread, and ends', async () => {
  const dir = tempFolder();
  const hub = await hubWith(CONTENT);
  const { env, said } = observed(dir);
  const digest = { algorithm: 'sha256', hex: sha256Of(CONTENT) };
  const model = {
    source: 'hf',
    ref: 'hf:org/repo',
    repo: 'org/repo',
    revision: 'main',
    commit: hub.commit('org/repo').sha,
    complete: true,
    files: [{ path: 'a.dat', bytes: CONTENT.size, digest }],
  };
  const { code, stderr } = await runWithInput(
    [process.execPath, await imageWorker(dir), 'fetch'],
    JSON.stringify({ models: [model] }),
    { HOME: dir, MODEL_CACHE_DIR: join(dir, 'store'), HF_ENDPOINT: hub.endpoint, LOG_FILE: '', ...env },
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(said()).toContain(digest.hex);
  expect(said().filter((text) => !/^[0-9a-f]{64}$/.test(text))).toEqual(['started']);
});
