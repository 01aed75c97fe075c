import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCatalog } from '../../../src/adapters/data/read-catalog.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { downloadSet } from '../../../src/core/worker/download-set.ts';

const catalog = await readCatalog({ shipped: join(import.meta.dirname, '../../..') });

const MISTRAL = 'hf:mistralai/Mistral-7B-Instruct-v0.2';
const MISTRAL_4BIT = 'hf:TheBloke/Mistral-7B-Instruct-v0.2-GPTQ';
const MISTRAL_Q4 = 'ollama:mistral:7b-instruct-v0.2-q4_K_M';
const LLAVA = 'ollama:llava:7b';
const NOMIC = 'ollama:nomic-embed-text';
const LARGER_LLAVA = ['ollama:llava-next:34b-v1.5-q4_K_M', 'ollama:llava:34b', 'ollama:llava:13b'];
const MINILM = 'hf:sentence-transformers/all-MiniLM-L6-v2';
const CPU = ['hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:qwen2.5-0.5b-instruct-q4_k_m.gguf', 'ollama:llama3.2'];

const STARTER = [
  'https://huggingface.co/lmstudio-community/gemma-2-2b-it-GGUF/resolve/main/gemma-2-2b-it-Q4_K_M.gguf#as=gemma-2-2b-it.Q4_K_M.gguf&set=starter',
  'https://huggingface.co/TheBloke/Llama-2-7B-Chat-GGUF/resolve/main/llama-2-7b-chat.Q4_K_M.gguf#set=starter',
];
const TOKENIZERS = [
  'hf:Qwen/Qwen3-8B:tokenizer#layout=plain',
  'hf:deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B:tokenizer#layout=plain',
];

describe('the shipped data', () => {
  it.each([
    ['gpu-worker', [MISTRAL, LLAVA, NOMIC, MISTRAL_4BIT, MISTRAL_Q4]],
    ['gpu-worker-large', [MISTRAL, MISTRAL_4BIT, MISTRAL_Q4, ...LARGER_LLAVA.slice(0, 2)]],
    ['ocr', [...LARGER_LLAVA, LLAVA]],
    ['embedding', [MINILM]],
    ['vllm', [MISTRAL, MISTRAL_4BIT]],
    ['cpu-worker', CPU],
    ['gguf', STARTER],
    ['tokenizer', TOKENIZERS],
    ['docling', ['docling:default']],
    [
      'all',
      [
        ...[MISTRAL, LLAVA, NOMIC, MISTRAL_4BIT, MISTRAL_Q4, ...LARGER_LLAVA, MINILM, ...CPU],
        ...STARTER,
        ...TOKENIZERS,
        'docling:default',
      ],
    ],
  ])('[req R42] the download set of %s', (type, refs) => {
    expect([...downloadSet(catalog, [type])].sort()).toEqual([...refs].sort());
  });

  it('rma-fetch accepts sets, unlike download-models.sh', () => {
    expect(downloadSet(catalog, ['set:starter'], 'rma-fetch')).toEqual(STARTER);
    expect(() => downloadSet(catalog, ['set:startr'], 'rma-fetch')).toThrow('did you mean "set:starter"');
    expect(() => downloadSet(catalog, ['set:starter'])).toThrow('unknown worker type "set:starter"');
  });

  it('[req R02] the catalog has the models of the guide, with kind, license, description and GPU memory', () => {
    const refs = [...catalog.models.values()].map(({ ref }) => ref);
    expect(refs).toEqual(
      expect.arrayContaining([MISTRAL, LLAVA, LARGER_LLAVA[0], NOMIC, 'ollama:llama3.2', MINILM]),
    );
    for (const { name, license, description, gpuMemoryBytes } of catalog.models.values()) {
      expect({ name, license, description }).not.toContain('');
      if (name !== 'qwen2.5-0.5b-instruct') expect(gpuMemoryBytes, name).toBeGreaterThan(2 ** 30);
    }
  });

  it('[req R03] the embedding profile serves all-MiniLM-L6-v2 on a GPU or on the CPU', () => {
    const variants = catalog.profiles.get('embedding')?.variants;
    expect(variants?.map(({ name, services }) => [name, services[0]?.engine, services[0]?.gpus])).toEqual([
      ['gpu', 'tei', 1],
      ['cpu', 'tei', 0],
    ]);
  });

  it.each([
    ['ocr', 4e9, 8e9],
    ['gpu-worker', 8e9, 12e9],
    ['gpu-worker-large', 24e9, 32e9],
  ])('[req R20] %s has the minimum and recommended GPU of the guide', (name, least, recommended) => {
    expect(catalog.profiles.get(name)).toMatchObject({
      minGpuBytes: least,
      recommendedGpuBytes: recommended,
    });
  });

  it('[req R21] gpu-worker has the memory limits of the guide', () => {
    const limits = { memoryBytes: 12 * 2 ** 30, memoryReservationBytes: 8 * 2 ** 30 };
    expect(catalog.profiles.get('gpu-worker')?.variants[0].services[0]).toMatchObject(limits);
  });

  it('[req R29] cpu-worker requests no GPU in any variant', () => {
    const { variants } = catalog.profiles.get('cpu-worker') ?? { variants: [] };
    const gpus = variants.flatMap(({ name }) =>
      selectServices(catalog, ['cpu-worker'], { variants: new Map([['cpu-worker', name]]) }).services.map(
        (s) => s.gpus,
      ),
    );
    expect(gpus).toEqual([0, 0]);
  });

  it('[req R51] [req T10] gpu-worker has quantized variants, the last of which swaps its models', () => {
    const variants = catalog.profiles.get('gpu-worker')?.variants ?? [];
    expect(variants.map(({ name }) => name)).toEqual(['fp16', '4bit', 'ollama']);
    expect(variants.at(-1)?.services).toMatchObject([{ engine: 'ollama', maxLoaded: 1 }]);
  });

  it('only the model that may be missing from its registry is optional', () => {
    const optional = [...catalog.models.values()].filter((model) => model.optional);
    expect(optional.map(({ name }) => name)).toEqual(['llava-next-34b']);
  });
});
