import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeTree } from '../helpers/files/write-tree.ts';
import { type ExportedJob, exportedJobs } from '../helpers/kubernetes/exported-job.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const GEMMA = 'gemma-2-2b-it.Q4_K_M.gguf';
const LLAMA = 'llama-2-7b-chat.Q4_K_M.gguf';
const GEMMA_FILE = 'gemma-2-2b-it-Q4_K_M.gguf';
const REPOS = {
  'lmstudio-community/gemma-2-2b-it-GGUF': { files: { [GEMMA_FILE]: tinyGguf({ seed: 1 }) } },
  'TheBloke/Llama-2-7B-Chat-GGUF': { files: { [LLAMA]: tinyGguf({ seed: 2 }) } },
};
const OFFLINE = { HF_ENDPOINT: 'http://hub.invalid', MODELSCOPE_ENDPOINT: 'http://hub.invalid' };
const exportedJob = exportedJobs();
const GPU = ['--gpu-memory', '24GB'];

const inSet = ({ volume }: ExportedJob) => {
  const directory = join(volume, 'gguf/starter');
  return existsSync(directory) ? readdirSync(directory).sort() : [];
};

describe('the Job of the profile gguf', () => {
  it('[req N05 K8s] [req N06 K8s] [req N07 K8s] [req N08 K8s] downloads a set from its URLs, under the names of the set, and logs each file', async () => {
    const job = await exportedJob('gguf', { repos: REPOS });
    const objects = await job.export(...GPU);
    const first = await job.run(objects);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(inSet(job)).toEqual([GEMMA, LLAMA]);
    expect(readFileSync(join(job.volume, 'gguf/starter', GEMMA)).equals(tinyGguf({ seed: 1 }))).toBe(true);
    expect(first.stdout.match(/Downloading https:\S+set=starter/g)).toHaveLength(2);
    expect(first.stdout).toMatch(/all models are in the store \S+: 2\n$/);

    // as after a restart of the pod, and without any hub
    job.hub.log.clear();
    const again = await job.run(objects, OFFLINE);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).not.toContain('Downloading');

    rmSync(join(job.volume, 'gguf/starter', LLAMA));
    expect(await job.run(objects)).toMatchObject({ code: 0 });
    expect(new Set(job.hub.log.contentRequests().map(({ path }) => path.split('/').at(-1)))).toEqual(
      new Set([LLAMA]),
    );
  });

  it('[req N12 K8s] [req T17] leaves nothing of an interrupted download where the server looks for models', async () => {
    const job = await exportedJob('gguf', { repos: REPOS });
    const objects = await job.export(...GPU);
    job.hub.faults.add({ kind: 'cut', path: `*${LLAMA}`, bytes: 1000, times: 1 });
    job.hub.faults.add({ kind: 'status', path: `*${LLAMA}`, status: 401, method: 'GET', skip: 1 });
    expect(await job.run(objects)).toMatchObject({ code: 4 });
    expect(inSet(job).filter((name) => name !== GEMMA)).toEqual([]);
  });

  it('[req N14 K8s] rejects what is not GGUF, whatever its name, and is not started again', async () => {
    const weights = { files: { [LLAMA]: 'PK\u0003\u0004 a file of PyTorch, with the wrong name' } };
    const job = await exportedJob('gguf', { repos: { ...REPOS, 'TheBloke/Llama-2-7B-Chat-GGUF': weights } });
    const objects = await job.export(...GPU);
    const { code } = await job.run(objects);
    expect(code).toBe(6);
    expect(inSet(job)).not.toContain(LLAMA);
    const [rule] = objects.find(({ kind }) => kind === 'Job').spec.podFailurePolicy.rules;
    expect(rule).toMatchObject({
      action: 'FailJob',
      onExitCodes: { values: expect.arrayContaining([code]) },
    });
  });
});

const TOKENIZER = {
  'config.json': '{"model_type": "qwen3"}',
  'generation_config.json': '{}',
  'merges.txt': 'a b',
  'tokenizer.json': '{"version": "1.0"}',
  'tokenizer_config.json': '{"model_max_length": 8}',
  'vocab.json': '{"a": 0}',
};
const REPOSITORY = { files: { ...TOKENIZER, 'model.safetensors': 'weights', 'README.md': 'read me' } };
const NAMES = ['Qwen/Qwen3-8B', 'deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B'];
const BOTH = Object.fromEntries(NAMES.map((name) => [name, REPOSITORY]));
const filesOf = ({ volume }: ExportedJob, name: string) => readdirSync(join(volume, 'local', name)).sort();

describe('the Job of the profile tokenizer', () => {
  it('[req K01 K8s] [req K04 K8s] [req K07 K8s] downloads the files of the tokenizers alone, and nothing when it runs again', async () => {
    const job = await exportedJob('tokenizer', { repos: BOTH });
    const objects = await job.export();
    expect(await job.run(objects)).toMatchObject({ code: 0, stderr: '' });
    for (const name of NAMES) expect(filesOf(job, name)).toEqual(Object.keys(TOKENIZER));
    expect(await job.run(objects, OFFLINE)).toMatchObject({ code: 0, stderr: '' });
  });

  it('[req T21] [req K01 K8s] completes a directory that lacks files, as long as its hub has them', async () => {
    const job = await exportedJob('tokenizer', { repos: BOTH });
    const objects = await job.export();
    writeTree(join(job.volume, 'local', NAMES[0] ?? ''), { 'config.json': TOKENIZER['config.json'] });
    expect(await job.run(objects)).toMatchObject({ code: 0, stderr: '' });
    expect(filesOf(job, NAMES[0] ?? '')).toEqual(Object.keys(TOKENIZER));
  });

  it('[req K05 K8s] takes directories that other tools filled, without a download of their files', async () => {
    const job = await exportedJob('tokenizer', { repos: BOTH });
    for (const name of NAMES) writeTree(join(job.volume, 'local', name), TOKENIZER);
    const objects = await job.export();
    job.hub.log.clear();
    expect(await job.run(objects)).toMatchObject({ code: 0, stderr: '' });
    expect(job.hub.log.contentRequests()).toEqual([]);
    for (const name of NAMES) expect(filesOf(job, name)).toEqual(Object.keys(TOKENIZER));
  });

  it('[req K02 K8s] downloads from the hub that USE_MODELSCOPE chooses', async () => {
    const job = await exportedJob('tokenizer', { repos: BOTH, env: { USE_MODELSCOPE: 'true' } });
    const objects = await job.export();
    job.hub.log.clear();
    expect(await job.run(objects)).toMatchObject({ code: 0, stderr: '' });
    for (const name of NAMES) expect(filesOf(job, name)).toEqual(Object.keys(TOKENIZER));
    const paths = job.hub.log.contentRequests().map(({ path }) => path);
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) expect(path).toContain('/api/v1/models/');
  });
});
