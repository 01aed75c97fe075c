import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { shippedCatalog } from '../helpers/builders/shipped-catalog.ts';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';

const OWN_OCR = [
  'description: Documents, read by my own model',
  'min_gpu_memory: 16GiB',
  'services:',
  '  - engine: ollama',
  '    models: [llava-13b]',
  '    gpus: 2',
  '    exclusive: true',
  '    replicas: 3',
  '    context: 8192',
  '    concurrency: 2\n    max_loaded: 1',
  '    memory: 12GiB',
  '',
].join('\n');

const OWN_ENGINE = [
  'image: example/mine:1.0.0',
  'port: 9000',
  'gpu: optional',
  'reads: [hf, ollama]',
  'command: [serve]',
  'health_path: /health',
  'models_path: /v1/models',
  'health_test: [CMD, mine, health]',
  '',
].join('\n');

const catalog = shippedCatalog();

let dir = '';
beforeEach(async () => {
  dir = tempFolder();
  writeFileSync(join(dir, 'rma.yaml'), 'project: here\n');
  mkdirSync(join(dir, 'profiles'));
});

const rma = (...args: readonly string[]) => runRma(args, { cwd: dir, env: { HOME: dir } });

function own(path: string, text: string): string {
  const file = join(dir, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** The last line of `rma profiles check`: added and replacing profiles are custom, and so are engines. */
function counted(profiles: number, engines: number, replacing = 0): string {
  const [shipped, shippedEngines] = [catalog.profiles.size, catalog.engines.size];
  return (
    `${shipped + profiles} profiles (${profiles + replacing} custom), ` +
    `${shippedEngines + engines} engines (${engines} custom). No errors.`
  );
}

describe('[req R02] rma profiles ls', () => {
  it('lists the shipped profiles in an aligned table', async () => {
    const { exitCode, stdout, stderr } = await rma('profiles', 'ls');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      'NAME               VARIANTS                               ENGINES           MODELS    MIN GPU   SOURCE     IN USE   SERVES',
      'cpu-worker         llamacpp,ollama                        llamacpp,ollama        2          -   built-in   no       A small chat model on the CPU',
      'docling            gpu,cpu                                docling-serve          1          -   built-in   no       Converts documents to Markdown and JSON',
      'embedding          gpu,cpu                                tei                    1          -   built-in   no       Text embeddings',
      'gguf               all,one-at-a-time,cpu                  llamacpp-router        2          -   built-in   no       A chat server for a set of GGUF models',
      'gpu-worker         fp16,4bit,ollama                       vllm,ollama            5    7.5 GiB   built-in   no       A chat model, a vision model and embeddings on a GPU',
      'gpu-worker-large   fp16-next,fp16,4bit-next,4bit,ollama   vllm,ollama            5   22.4 GiB   built-in   no       A chat model and a 34B vision model on large GPUs',
      'ocr                next-34b,34b,13b,7b                    ollama                 4    3.7 GiB   built-in   no       A vision model that reads documents',
      'tokenizer          default                                llm-d-tokenizer        2          -   built-in   no       A tokenizer service for llm-d on the CPU',
      'vllm               fp16,4bit                              vllm                   2    7.5 GiB   built-in   no       A chat model with vLLM',
      '',
    ]);
  });

  it('prints only names with -q', async () => {
    expect((await rma('profiles', 'ls', '-q')).stdout).toBe(
      'cpu-worker\ndocling\nembedding\ngguf\ngpu-worker\ngpu-worker-large\nocr\ntokenizer\nvllm\n',
    );
  });

  it('marks custom profiles and those of the project', async () => {
    const file = own('profiles/ocr.yaml', OWN_OCR);
    const mine = own('profiles/mine.yaml', OWN_OCR);
    own('rma.yaml', 'profiles: [ocr]\n');
    const { stdout } = await rma('profiles', 'ls');
    expect(stdout).toMatch(
      /^ocr +default +ollama +1 +16\.0 GiB +custom \(overrides built-in\) +yes +Documents, /m,
    );
    expect(stdout).toMatch(/^mine +default +ollama +1 +16\.0 GiB +custom +no +Documents, /m);
    const { profiles } = JSON.parse((await rma('profiles', 'ls', '--json')).stdout);
    expect(profiles).toContainEqual({
      name: 'ocr',
      description: 'Documents, read by my own model',
      variants: ['default'],
      engines: ['ollama'],
      models: ['llava-13b'],
      minGpuBytes: 16 * 1024 ** 3,
      source: 'own',
      file,
      replaces: expect.stringMatching(/\/profiles\/ocr\.yaml$/),
      inUse: true,
      replacedBy: null,
    });
    expect(profiles).toContainEqual(expect.objectContaining({ name: 'mine', file: mine, replaces: null }));
  });
});

describe('[req R02] rma profiles show', () => {
  it('shows variants, engines and models with readable sizes', async () => {
    const { exitCode, stdout } = await rma('profiles', 'show', 'vllm');
    expect(exitCode).toBe(0);
    expect(stdout.replace(/^(Built-in: ).*(\/profiles)/m, '$1$2').split('\n')).toEqual([
      'vllm: A chat model with vLLM',
      'Built-in: /profiles/vllm.yaml',
      'In use: no',
      'GPU: minimum 7.5 GiB, recommended 22.4 GiB',
      '',
      'Variants, in order of preference:',
      '  fp16',
      '    vllm: mistral-7b-instruct; 1 GPU; 4096 tokens of context; 8 concurrent requests; memory limit 12.0 GiB',
      '  4bit',
      '    vllm: mistral-7b-instruct-gptq; 1 GPU; 4096 tokens of context; 8 concurrent requests; memory limit 12.0 GiB',
      '',
      'MODEL                      KIND   SIZE   GPU MEMORY   REFERENCE',
      'mistral-7b-instruct        chat      -     16.0 GiB   hf:mistralai/Mistral-7B-Instruct-v0.2',
      'mistral-7b-instruct-gptq   chat      -      6.4 GiB   hf:TheBloke/Mistral-7B-Instruct-v0.2-GPTQ',
      '',
    ]);
  });

  it('shows a custom profile instead of the shipped one, with all its settings', async () => {
    const file = own('profiles/ocr.yaml', OWN_OCR);
    const { stdout } = await rma('profiles', 'show', 'ocr');
    expect(stdout).toContain(`Custom: ${file}\nOverrides: /`);
    expect(stdout).toContain(
      '    ollama: llava-13b; 3 replicas, each on 2 GPUs (exclusive); 8192 tokens of context; 2 concurrent requests; at most 1 model loaded; memory limit 12.0 GiB\n',
    );
  });

  it.each([
    ['gpus: 0', 'on the CPU'],
    ['gpus: all', 'all GPUs'],
    ['gpus: [0, GPU-5f1c]', 'GPUs 0, GPU-5f1c'],
  ])('shows where a service runs: %s', async (line, text) => {
    own(
      'profiles/mine.yaml',
      `description: Mine\nservices:\n  - engine: ollama\n    models: [llava-7b]\n    ${line}\n`,
    );
    expect((await rma('profiles', 'show', 'mine')).stdout).toContain(`    ollama: llava-7b; ${text}\n`);
  });

  it('prints the models with their references as JSON', async () => {
    const document = JSON.parse((await rma('profiles', 'show', 'ocr', '--json')).stdout);
    expect(document).toMatchObject({
      schema: 'rma.profile/v1',
      name: 'ocr',
      source: 'shipped',
      inUse: false,
    });
    expect(document.models).toContainEqual({
      name: 'llava-7b',
      ref: 'ollama:llava:7b',
      bytes: null,
      kind: 'vision',
      license: 'apache-2.0',
      gpuMemoryBytes: expect.any(Number),
      optional: false,
    });
  });

  it('suggests the nearest profile for an unknown one, and how to list them', async () => {
    const result = await rma('profiles', 'show', 'orc');
    expectFault(result, { exitCode: 2, code: 'RMA_PROFILE_UNKNOWN' });
    expect(result.stderr).toContain('did you mean "ocr"?');
    expect(result.stderr).toContain('rma profiles ls');
  });
});

describe('[req R02] rma profiles check', () => {
  it('reports valid custom files', async () => {
    expect((await rma('profiles', 'check')).stdout).toBe(`${counted(0, 0)}\n`);
    const file = own('profiles/ocr.yaml', OWN_OCR);
    expect((await rma('profiles', 'check')).stdout).toBe(`${file}: OK\n${counted(0, 0, 1)}\n`);
  });

  it('reports that there are no custom directories', async () => {
    rmSync(join(dir, 'rma.yaml'));
    own('profiles/ocr.yaml', OWN_OCR);
    expect((await rma('profiles', 'check')).stdout).toBe(
      `No profiles/ or engines/ directory next to rma.yaml.\n${counted(0, 0)}\n`,
    );
  });

  it('covers custom engines, with and without custom profiles', async () => {
    rmSync(join(dir, 'profiles'), { recursive: true });
    const engine = own('engines/mine.yaml', OWN_ENGINE);
    expect((await rma('profiles', 'check')).stdout).toBe(`${engine}: OK\n${counted(0, 1)}\n`);
    const profile = own('profiles/ocr.yaml', OWN_OCR.replace('ollama', 'mine'));
    const { stdout } = await rma('profiles', 'check', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      own: [profile],
      engines: catalog.engines.size + 1,
      ownEngines: [engine],
    });
    own('engines/mine.yaml', OWN_ENGINE.replace('port: 9000', 'prot: 9000'));
    const result = await rma('profiles', 'check');
    expectFault(result, { exitCode: 2, code: 'RMA_DATA_INVALID' });
    expect(result.stderr).toContain(`${engine}:2:1: unknown key "prot"; did you mean "port"?`);
  });

  it('reports all errors with file, line and column', async () => {
    const file = own(
      'profiles/mine.yaml',
      'description: Mine\nservices:\n  - engine: nope\n    models: [llava-7c]\n    gpu: 1\n',
    );
    const result = await rma('profiles', 'check');
    expectFault(result, { exitCode: 2, code: 'RMA_DATA_INVALID' });
    expect(result.stderr).toContain(`${file}:3:13: unknown engine "nope"`);
    expect(result.stderr).toContain(`${file}:4:14: unknown model "llava-7c"`);
    expect(result.stderr).toContain(`${file}:5:5: unknown key "gpu"; did you mean "gpus"?`);
  });

  it('checks a file outside the directory together with the others', async () => {
    const draft = own('drafts/ocr.yaml', OWN_OCR);
    const { exitCode, stdout } = await rma('profiles', 'check', 'drafts/ocr.yaml');
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`${draft}: OK\n${counted(0, 0, 1)}\n`);
    const models = own('drafts/models.yaml', 'tiny:\n  ref: hf:org/tiny\n  kind: talk\n');
    const result = await rma('profiles', 'check', 'drafts/models.yaml');
    expectFault(result, { exitCode: 2, code: 'RMA_DATA_INVALID' });
    expect(result.stderr).toContain(`${models}:3:9: `);
  });

  it.each([
    ['a missing file', 'drafts/none.yaml', 'check the path'],
    ['a directory', 'drafts', 'it is a directory; pass a file'],
  ])('rejects %s with a hint', async (_, path, hint) => {
    own('drafts/ocr.yaml', OWN_OCR);
    const result = await rma('profiles', 'check', path);
    expectFault(result, { exitCode: 2, code: 'RMA_DATA_UNREADABLE' });
    expect(result.stderr).toContain(hint);
  });
});
