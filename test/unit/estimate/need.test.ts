import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelGeometry } from '../../../src/core/domain/geometry.ts';
import type { PinnedFile, PinnedModel } from '../../../src/core/domain/pinned-model.ts';
import { gpuNeed, type NeedInput, needBytes, serviceNeed } from '../../../src/core/estimate/need.ts';
import { weightFiles } from '../../../src/core/estimate/weight-files.ts';
import { kvPerGpu, needPerGpu } from '../../../src/core/placement/demand.ts';
import { GIB, need } from '../../helpers/builders/placement-builders.ts';

const MISTRAL: ModelGeometry = {
  architecture: 'llama',
  layers: 32,
  attentionHeads: 32,
  kvHeads: 8,
  keyLength: 128,
  valueLength: 128,
  contextLength: 32_768,
  weightsBytes: 14_483_464_192,
};
const ASKED: NeedInput = {
  model: null,
  geometry: MISTRAL,
  gpuMemoryBytes: null,
  engine: { overheadBytes: GIB, memory: 'full' },

  context: 4096,
  concurrency: 2,
};

function hf(files: Readonly<Record<string, number>>): PinnedModel {
  return {
    source: 'hf',
    ref: 'hf:a/b',
    repo: 'a/b',
    revision: 'main',
    commit: '',
    complete: true,
    files: filesOf(files),
  };
}

function filesOf(files: Readonly<Record<string, number>>): readonly PinnedFile[] {
  return Object.entries(files).map(([path, bytes]) => ({ path, bytes, digest: null }));
}

describe('the memory need per GPU', () => {
  const asked = { need: { weightsBytes: 80, kvBytes: 40, overheadBytes: 5, basis: 'header' } } as const;

  it('is a fraction of weights and cache, plus the overhead', () => {
    expect(needPerGpu({ ...asked, kvHeads: 8 }, 4)).toBe(20 + 10 + 5);
    expect(needPerGpu({ ...asked, kvHeads: null }, 4)).toBe(20 + 10 + 5);
  });

  it('includes more of the cache if there are fewer KV heads than GPUs', () => {
    expect(needPerGpu({ ...asked, kvHeads: 2 }, 4)).toBe(20 + 20 + 5);
    expect(kvPerGpu({ ...asked, kvHeads: 1 }, 4)).toBe(40);
  });
});

describe('the memory need of a model', () => {
  it('[req R51] [req T9] is weights, a cache of 128 KiB per token for Mistral 7B, and overhead', () => {
    expect(gpuNeed(ASKED)).toEqual({
      weightsBytes: MISTRAL.weightsBytes,
      kvBytes: 4096 * 2 * 131_072,
      overheadBytes: GIB,
      basis: 'header',
    });
  });

  it('is that of the catalog if larger, with parts that add up', () => {
    const declared = gpuNeed({ ...ASKED, gpuMemoryBytes: 20 * GIB });
    expect([needBytes(declared), declared.kvBytes, declared.basis]).toEqual([20 * GIB, GIB, 'catalogue']);
    expect(gpuNeed({ ...ASKED, gpuMemoryBytes: GIB })).toEqual(gpuNeed(ASKED));
  });

  it.each([
    ['no header', null],
    ['a header without layers', { ...MISTRAL, layers: null, weightsBytes: 14_483_464_192 }],
  ])('[case N05] with %s depends on the context, and is not below a model of that size', (_, geometry) => {
    const model = hf({ 'model.safetensors': 14_483_464_192, 'tokenizer.json': 50 });
    const asked = { ...ASKED, model, geometry };
    const need = gpuNeed(asked);
    expect(need).toMatchObject({ weightsBytes: 14_483_464_192, overheadBytes: GIB, basis: 'size' });
    // 32 layers, 32 key-value heads of 128 elements
    const most = 32 * 32 * 2 * 128 * 2 * 4096 * 2;
    expect(need.kvBytes).toBeGreaterThan(most);
    expect(need.kvBytes).toBeLessThan(most * 1.1);
    expect(gpuNeed({ ...asked, context: 8192 }).kvBytes).toBe(need.kvBytes * 2);
    expect(gpuNeed({ ...asked, concurrency: 4 }).kvBytes).toBe(need.kvBytes * 2);
  });

  it('without a header is that of the catalog, if at least the weights fit in it', () => {
    const model = hf({ 'model.safetensors': 10 * GIB });
    const asked = { ...ASKED, model, geometry: null };
    const declared = gpuNeed({ ...asked, gpuMemoryBytes: 14 * GIB });
    expect(declared).toEqual({
      weightsBytes: 10 * GIB,
      kvBytes: 3 * GIB,
      overheadBytes: GIB,
      basis: 'catalogue',
    });
    expect(gpuNeed({ ...asked, gpuMemoryBytes: 8 * GIB })).toMatchObject({ basis: 'size' });
  });
});

describe('the memory need of a service', () => {
  const models = [
    need(4, { overheadBytes: GIB }),
    need(5, { overheadBytes: GIB }),
    need(1, { basis: 'size' }),
  ];

  it('[case E03] is the sum of its models, further ones as (weights + cache) / 0.8, each with its overhead', () => {
    // 5 + 1, 4 / 0.8 + 1, 1 / 0.8
    expect(serviceNeed(models, null)).toEqual(need(10, { overheadBytes: 3.25 * GIB, basis: 'size' }));
  });

  it('[case E03] leaves each model that is loaded after larger ones its part of the free memory', () => {
    const size = fc.integer({ min: 1, max: 2 ** 36 });
    const one = fc.record({
      weightsBytes: size,
      kvBytes: size,
      overheadBytes: size,
      basis: fc.constant('header' as const),
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 5 }), (all) => {
        let free = needBytes(serviceNeed(all, null));
        const order = all.toSorted((a, b) => needBytes(b) - needBytes(a));
        for (const [index, each] of order.entries()) {
          if (index > 0) expect(each.weightsBytes + each.kvBytes).toBeLessThanOrEqual(free * 0.8);
          free -= needBytes(each);
        }
        expect(free).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('is that of the largest models if fewer are loaded at once', () => {
    expect(serviceNeed(models, 1)).toEqual(need(5, { overheadBytes: GIB }));
    expect(needBytes(serviceNeed(models, 2))).toBe(12 * GIB);
  });
});

describe('the weight files of a model', () => {
  const OLLAMA = {
    source: 'ollama',
    ref: 'ollama:llava:7b',
    registry: 'r',
    namespace: 'library',
    model: 'llava',
    tag: '7b',
    manifest: JSON.stringify({
      layers: [
        { mediaType: 'application/vnd.ollama.image.model', digest: 'sha256:aa' },
        { mediaType: 'application/vnd.ollama.image.projector', digest: 'sha256:bb' },
        { mediaType: 'application/vnd.ollama.image.license', digest: 'sha256:cc' },
      ],
    }),
    files: filesOf({ 'sha256-cc': 5, 'sha256-aa': 100, 'sha256-bb': 20 }),
  } as const;

  it.each<readonly [string, PinnedModel, readonly [string, string | null, number]]>([
    [
      'safetensors without a second copy',
      hf({ 'b-2.safetensors': 20, 'a-1.safetensors': 10, 'consolidated.safetensors': 30, 'x.json': 1 }),
      ['safetensors', 'a-1.safetensors', 30],
    ],
    [
      'consolidated.safetensors if it is the only file',
      hf({ 'consolidated.safetensors': 30 }),
      ['safetensors', 'consolidated.safetensors', 30],
    ],
    [
      'the largest of several GGUF, with its projector',
      hf({ 'q4.gguf': 10, 'q8.gguf': 20, 'mmproj.gguf': 3 }),
      ['gguf', 'q8.gguf', 23],
    ],
    [
      'all parts of a split GGUF',
      hf({ 'q4-00002-of-00002.gguf': 10, 'q4-00001-of-00002.gguf': 12, 'q2.gguf': 15 }),
      ['gguf', 'q4-00001-of-00002.gguf', 22],
    ],
    ['PyTorch files', hf({ 'pytorch_model.bin': 10, 'README.md': 4 }), ['other', null, 10]],
    ['all files if none is known', hf({ x: 10, y: 4 }), ['other', null, 14]],
    ['the loaded layers of an Ollama model', OLLAMA, ['gguf', 'sha256-aa', 120]],
    [
      'all files of an Ollama model with an invalid manifest',
      { ...OLLAMA, manifest: '[' },
      ['gguf', null, 125],
    ],
  ])('are %s', (_, model, [format, header, bytes]) => {
    const found = weightFiles(model);
    expect([found.format, found.header?.path ?? null, found.bytes]).toEqual([format, header, bytes]);
  });
});
