import { describe, expect, it } from 'vitest';
import { imageKey, presentImages } from '../../../src/core/docker/image-reference.ts';

const digest = `sha256:${'0'.repeat(64)}`;

describe('imageKey', () => {
  it.each([
    ['node', 'node:latest'],
    ['docker.io/library/node:20', 'node:20'],
    ['index.docker.io/ollama/ollama', 'ollama/ollama:latest'],
    ['library/node:20', 'node:20'],
    ['localhost:5000/rma-worker', 'localhost:5000/rma-worker:latest'],
    ['ghcr.io/ggml-org/llama.cpp:server', 'ghcr.io/ggml-org/llama.cpp:server'],
    [`vllm/vllm-openai:v0.11@${digest}`, `vllm/vllm-openai@${digest}`],
    [`localhost:5000/x@${digest}`, `localhost:5000/x@${digest}`],
    [digest, digest],
  ])('%s is normalized to %s', (reference, key) => {
    expect(imageKey(reference)).toBe(key);
  });
});

describe('presentImages', () => {
  it('returns the references unchanged', () => {
    const images = new Set(['node:20', `vllm/vllm-openai@${digest}`]);
    const asked = ['docker.io/library/node:20', `vllm/vllm-openai:v0.11@${digest}`, 'node'];
    expect([...presentImages(images, asked)]).toEqual(asked.slice(0, 2));
  });
});
