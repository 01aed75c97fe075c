import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { convertCompose } from '../../../src/core/init/convert-compose.ts';
import { readCompose } from '../../../src/core/init/read-compose.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

const SAMPLES = join(import.meta.dirname, '../../golden/from-compose');
const catalog = await shippedCatalog();

/** Converts samples as the files of one project. */
function converted(...names: readonly string[]) {
  const files = names.map((file) => ({ file, text: readFileSync(join(SAMPLES, file), 'utf8') }));
  const project = convertCompose({
    files: readCompose(files, { shell: {}, envFile: null }),
    catalog,
    names,
    store: null,
    base: null,
  });
  const texts = Object.fromEntries([...project.files].map(([path, text]) => [path, parse(text)]));
  const { 'rma.yaml': settings, ...profiles } = texts;
  const traps = project.notices.filter(({ kind }) => kind === 'corrected');
  return {
    settings,
    profiles,
    notices: project.notices,
    traps: traps.map(({ where, message }) => `${where}: ${message}`),
  };
}

describe('the samples of the guide for workers', () => {
  it('[req R60] [req T3] [req T5] [req T7] development: one vLLM on a named volume', () => {
    const { settings, profiles, traps } = converted('guide-1.yml');
    expect(settings).toEqual({
      profiles: ['vllm'],
      volumes: { store: 'named:model_cache' },
      variants: { vllm: 'fp16' },
    });
    expect(profiles).toEqual({});
    expect(traps).toEqual([
      expect.stringMatching(/^guide-1\.yml:2:1: "version" is obsolete/),
      expect.stringMatching(/^guide-1\.yml:6:12: vllm\/vllm-openai:latest changes/),
      expect.stringMatching(/^guide-1\.yml:16:15: Docker reads "count: 1" as the first GPU/),
      expect.stringMatching(/^guide-1\.yml:18:14: a download directory \(\/models\/vllm\)/),
    ]);
  });

  it('[req R61] [req T4] production: an override file with three services on one directory', () => {
    const { settings, traps } = converted('guide-2.yml');
    expect(settings).toEqual({
      profiles: ['vllm', 'embedding', 'gpu-worker'],
      volumes: { store: 'host:/data/ai-models' },
    });
    expect(traps).toContainEqual(
      expect.stringMatching(/^guide-2\.yml:10:9: TRANSFORMERS_CACHE is deprecated/),
    );
  });

  it('[req R61] production: the override file is merged over the first one', () => {
    expect(converted('guide-1.yml', 'guide-2.yml').settings).toEqual({
      profiles: ['vllm', 'embedding', 'gpu-worker'],
      volumes: { store: 'host:/data/ai-models' },
      variants: { vllm: 'fp16' },
    });
  });

  it('[req R62] [req T6] two GPUs: an LLM on one, OCR on the other, with limits', () => {
    const { settings, traps } = converted('guide-3.yml');
    expect(settings).toEqual({
      profiles: ['vllm', 'ocr'],
      volumes: { store: 'host:/data/ai-models' },
      gpu: { pins: { vllm: '0', ocr: '1' } },
      services: { 'ocr-ollama': { memory: '12GiB', memory_reservation: '6GiB' } },
    });
    expect(traps).toContainEqual(expect.stringMatching(/:10:9: NVIDIA_VISIBLE_DEVICES has no effect/));
    expect(traps).toContainEqual(expect.stringMatching(/:26:9: NVIDIA_VISIBLE_DEVICES has no effect/));
  });

  it('[req R63] a GPU and a CPU worker', () => {
    expect(converted('guide-4.yml').settings).toEqual({
      profiles: ['vllm', 'cpu-worker'],
      volumes: { store: 'host:/data/ai-models' },
    });
  });

  it('[req T3] comments in a folded command are no arguments', () => {
    const { settings, traps } = converted('guide-memory.yml');
    expect(settings).toEqual({
      profiles: ['vllm'],
      variants: { vllm: 'fp16' },
      services: { 'vllm-vllm': { context: 4096, utilization: 0.9 } },
    });
    expect(traps.map((text) => text.split(' ').slice(0, 4).join(' '))).toEqual([
      'guide-memory.yml:9:37: "# Use 90%',
      'guide-memory.yml:10:37: "# Limit context',
      'guide-memory.yml:11:7: a download directory',
      'guide-memory.yml:11:37: "# Download to',
    ]);
  });

  it('[req T8] all GPUs next to a service that is pinned to one of them', () => {
    const { settings, traps } = converted('guide-multi-gpu.yml');
    expect(settings).toEqual({
      profiles: ['vllm', 'ocr'],
      variants: { vllm: 'fp16' },
      gpu: { pins: { ocr: '1' } },
      services: { 'vllm-vllm': { gpus: 2, utilization: 0.9 } },
    });
    expect(traps).toContainEqual(
      expect.stringMatching(/:8:15: vllm requests all GPUs, also those of ocr-gpu-worker/),
    );
  });

  it('[req T22] an NFS export with soft and nolock', () => {
    const { settings, traps } = converted('guide-nfs.yml');
    expect(settings).toEqual({
      profiles: ['vllm'],
      volumes: { store: 'nfs:192.168.1.100:/exports/ai-models' },
    });
    expect(traps).toEqual([
      expect.stringMatching(/^guide-nfs\.yml:10:10: .*contains nolock/),
      expect.stringMatching(/^guide-nfs\.yml:10:10: .*contains soft/),
    ]);
  });
});

describe('common samples', () => {
  it('Ollama with Open WebUI: the models that a helper pulls, and what is no engine', () => {
    const { settings, profiles, notices } = converted('ollama-webui.yml');
    expect(settings).toEqual({ profiles: ['ollama'], ports: { 'ollama-ollama': 11434 } });
    expect(profiles).toMatchObject({
      'profiles/ollama.yaml': {
        services: [{ engine: 'ollama', models: ['ollama:llava:7b', 'ollama:nomic-embed-text'] }],
      },
    });
    expect(notices.filter(({ kind }) => kind === 'skipped')).toMatchObject([
      { where: 'ollama-webui.yml:16:3', message: expect.stringContaining('open-webui') },
    ]);
  });

  it('vLLM with a token and privileges: neither is kept, other flags and variables are', () => {
    const { settings, profiles, traps } = converted('vllm-openai.yml');
    expect(settings).toEqual({ profiles: ['chat'], ports: { 'chat-vllm': 8000 } });
    expect(profiles['profiles/chat.yaml'].services).toEqual([
      {
        engine: 'vllm',
        models: ['hf:Qwen/Qwen2.5-7B-Instruct'],
        context: 8192,
        flags: ['--enforce-eager'],
        environment: { VLLM_LOGGING_LEVEL: 'DEBUG' },
      },
    ]);
    expect(JSON.stringify({ settings, profiles, traps })).not.toContain('hf_secret');
    expect(traps).toMatchObject([
      expect.stringContaining('privileged'),
      expect.stringContaining('HUGGING_FACE_HUB_TOKEN'),
      expect.stringContaining('port 8000:8000'),
    ]);
  });

  it('text-embeddings-inference and llama-server on the CPU', () => {
    const { settings, profiles } = converted('tei-llamacpp.yml');
    expect(settings).toEqual({
      profiles: ['embed', 'llama'],
      volumes: { store: 'host:./data' },
      ports: { 'embed-tei': 8080 },
    });
    expect(profiles['profiles/embed.yaml'].services).toEqual([
      { engine: 'tei', models: ['hf:BAAI/bge-small-en-v1.5'], gpus: 0, memory: '4GiB' },
    ]);
    expect(profiles['profiles/llama.yaml'].services).toEqual([
      {
        engine: 'llamacpp',
        models: ['hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:gguf:Q4_K_M'],
        gpus: 0,
        context: 4096,
        concurrency: 2,
      },
    ]);
  });
});
