import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/core/domain/profile.ts';
import { readsFault } from '../../../src/core/profile/check-reads.ts';
import { parseEngine } from '../../../src/core/profile/parse-engine.ts';

const folder = join(import.meta.dirname, '../../../compose/engines');
const SHIPPED = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

const MINIMAL = `image: example/engine:1
port: 8080
command: [--model, "{model}"]
health_path: /health
models_path: /v1/models
health_test: [CMD, "true"]
`;

const read = (text: string) => parseEngine({ file: 'e.yaml', text }, 'e');
const faultsOf = (more: string) =>
  read(MINIMAL + more).faults.map(({ line, column, message }) => `${line}:${column}: ${message}`);

function shipped(name: string): Engine {
  const text = readFileSync(join(folder, `${name}.yaml`), 'utf8');
  const { engine, faults } = parseEngine({ file: `${name}.yaml`, text }, name);
  expect(faults).toEqual([]);
  if (engine === null) throw new Error(`${name} was not read`);
  return engine;
}

describe('the shipped engines', () => {
  it('[req R02] are vllm, ollama, llamacpp, its router, tei, docling-serve and the tokenizer of llm-d', () => {
    expect(SHIPPED.sort()).toEqual([
      'docling-serve.yaml',
      'llamacpp-router.yaml',
      'llamacpp.yaml',
      'llm-d-tokenizer.yaml',
      'ollama.yaml',
      'tei.yaml',
      'vllm.yaml',
    ]);
  });

  it.each(['vllm', 'ollama', 'llamacpp', 'llamacpp-router', 'tei', 'llm-d-tokenizer', 'docling-serve'])(
    'pin a version in every image of %s',
    (name) => {
      const { image, cpuImage, imagesByCompute } = shipped(name);
      const images = [image, cpuImage, ...Object.values(imagesByCompute)].filter((each) => each !== null);
      for (const each of images) expect(each).toMatch(/:(?:[\w-]*-)?(?:b\d{5}|v?\d+\.\d+\.\d+)(?:-cu\d+)?$/);
    },
  );

  it('[req R25] limit what an engine uses of a shared GPU', () => {
    const engines = SHIPPED.map((file) => shipped(file.replace('.yaml', '')));
    // nothing limits the memory of docling-serve: it gets its GPUs alone
    for (const { name, gpu, sharesGpu } of engines)
      expect(sharesGpu).toBe(gpu !== 'none' && name !== 'docling-serve');
    expect(shipped('vllm').sharedCommand).toEqual([
      '--gpu-memory-utilization',
      '{share}',
      '--kv-cache-memory-bytes',
      '{kv_bytes}',
    ]);
    expect(shipped('ollama').environment).toMatchObject({
      OLLAMA_CONTEXT_LENGTH: '{context}',
      OLLAMA_NUM_PARALLEL: '{concurrency}',
      OLLAMA_MAX_LOADED_MODELS: '{max_loaded}',
    });
    expect(shipped('tei').command).toContain('--max-batch-tokens');
    expect(shipped('llamacpp').command).toContain('--ctx-size');
  });

  it('[case E01] give each request of llama-server its whole context', () => {
    const command = shipped('llamacpp').command.join(' ');
    expect(command).toContain('--ctx-size {context_total} --parallel {concurrency} ');
  });

  it('[case E04] reserve what the llama-server of Ollama keeps free, beside 0.5 GiB of CUDA context', () => {
    const { gpuEnvironment, overheadBytes } = shipped('ollama');
    const keptFree = Number(gpuEnvironment['LLAMA_ARG_FIT_TARGET']) * 2 ** 20;
    expect(overheadBytes).toBeGreaterThanOrEqual(keptFree + 2 ** 29);
  });

  it('[case E06] pass the model of vLLM as the positional argument, because --model is deprecated', () => {
    expect(shipped('vllm').command[0]).toBe('{model}');
    expect(shipped('vllm').command).not.toContain('--model');
  });

  it('[case E07] let text-embeddings-inference reject long texts instead of truncating them', () => {
    const command = shipped('tei').command.join(' ');
    expect(command).toContain('--max-batch-tokens {batch_tokens} --auto-truncate false');
  });

  it('[req R04] have no second model cache in their command', () => {
    for (const file of SHIPPED) {
      const { command, flags = [] } = { ...shipped(file.replace('.yaml', '')), flags: [] };
      expect([...command, ...flags].join(' ')).not.toMatch(/--download-dir|TRANSFORMERS_CACHE/);
    }
  });
});

describe('parseEngine', () => {
  it.each(['/proc', '/dev/shm', '/run/secrets', '/models/../etc', '//x', '/cache/x', 'app'])(
    'rejects the models_mount %s',
    (path) => {
      expect(faultsOf(`models_mount: ${path}\n`)).toEqual([
        expect.stringContaining('"models_mount" must be'),
      ]);
    },
  );

  it.each(['/etc/', '/etc/..', '/etc/a+b.ini', '/models/x.ini', '/x.ini', '/run/secrets/x'])(
    'rejects the config_file %s',
    (path) => {
      const text = `config_file: { path: ${path}, each_model: "{name}" }\n`;
      expect(faultsOf(text)).toEqual([expect.stringContaining('"config_file.path" must be')]);
    },
  );

  it('reports an unknown placeholder in every list and in variables', () => {
    const known =
      '{model}, {models_dir}, {name}, {port}, {context}, {concurrency}, {context_total}, {models}, {max_loaded}, {prompt_cache_mib}, {batch_tokens}, {listen}, {self}';
    expect(
      faultsOf('environment: {A: "{prot}"}\ngpu_environment: {B: "{shar}"}\nparallel_command: ["{gpu}"]\n'),
    ).toEqual([
      `9:20: unknown placeholder {gpu}; known: ${known}, {gpus}, {share}, {kv_bytes}, {others_bytes}`,
      `8:22: unknown placeholder {shar}; known: ${known}, {gpus}, {share}, {kv_bytes}, {others_bytes}`,
      `7:18: unknown placeholder {prot}; known: ${known}`,
    ]);
  });

  it('accepts counters of started and finished requests as in_flight_metric', () => {
    expect(faultsOf('in_flight_metric: a:count + b - c{err="x y"}\n')).toEqual([]);
    for (const wrong of ['a b', 'a -', '-a', 'a{b=1}', 'a * b', '2']) {
      expect(faultsOf(`in_flight_metric: ${JSON.stringify(wrong)}\n`)).toHaveLength(1);
    }
  });

  it('[req R26] [req T6] rejects variables that select GPUs', () => {
    expect(
      faultsOf('environment: {NVIDIA_VISIBLE_DEVICES: all}\ngpu_environment: {CUDA_VISIBLE_DEVICES: "1"}\n'),
    ).toEqual([
      '8:41: CUDA_VISIBLE_DEVICES is not allowed in engine files: rma assigns the GPUs of a service',
      '7:39: NVIDIA_VISIBLE_DEVICES is not allowed in engine files: rma assigns the GPUs of a service',
    ]);
  });

  it('accepts only compute capabilities as keys of images_by_compute', () => {
    expect(faultsOf('images_by_compute: {ada: "example/ada:1", "8.9": "not an image"}\n')).toEqual([
      '7:21: the key "ada" must be a compute capability such as "8.9"',
      '7:50: "images_by_compute[8.9]" must be an image reference such as registry/name:tag, not "not an image"',
    ]);
    expect(faultsOf('images_by_compute: {"8.9": "example/ada:1"}\n')).toEqual([]);
  });
});

describe('readsFault', () => {
  const models = new Map([
    [
      'llava',
      {
        name: 'llava',
        ref: 'ollama:llava:7b',
        kind: 'vision' as const,
        license: '',
        description: '',
        gpuMemoryBytes: null,
        optional: false,
      },
    ],
  ]);

  it('reports a model of a source that the engine cannot read', () => {
    expect(readsFault(shipped('vllm'), 'llava', models)).toBe(
      'engine "vllm" does not support llava (ollama:llava:7b); supported sources: hf, ms',
    );
    expect(readsFault(shipped('ollama'), 'hf:org/repo', models)).toBe(
      'engine "ollama" does not support hf:org/repo; supported sources: ollama',
    );
  });

  it('ignores unknown names and invalid references', () => {
    expect(readsFault(shipped('vllm'), 'nothing', models)).toBeNull();
    expect(readsFault(shipped('vllm'), 'hf:org', models)).toBeNull();
    expect(readsFault(shipped('ollama'), 'llava', models)).toBeNull();
  });
});
