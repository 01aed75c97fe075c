import { describe, expect, it } from 'vitest';
import { imageDigest, imageKey, imageKeys, presentImages } from '../../../src/core/docker/image-reference.ts';

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

describe('imageKeys', () => {
  it('has each tag with the digest of its own repository', () => {
    const other = `sha256:${'1'.repeat(64)}`;
    const keys = imageKeys(
      ['node:24', 'localhost:5000/base:1'],
      [`node@${digest}`, `localhost:5000/base@${other}`],
    );
    const images = new Set(keys);
    expect(imageDigest(images, 'docker.io/library/node:24')).toBe(digest);
    expect(imageDigest(images, 'localhost:5000/base:1')).toBe(other);
    expect(imageDigest(images, `x:1@${other}`)).toBe(other);
    expect(imageDigest(images, 'node:20')).toBeNull();
    expect(presentImages(images, ['node:24', `node:24@${digest}`]).size).toBe(2);
    expect(imageDigest(new Set(imageKeys(['rma-worker:1'], [])), 'rma-worker:1')).toBeNull();
  });
});

describe('presentImages', () => {
  it('returns the references unchanged', () => {
    const images = new Set(['node:20', `vllm/vllm-openai@${digest}`]);
    const asked = ['docker.io/library/node:20', `vllm/vllm-openai:v0.11@${digest}`, 'node'];
    expect([...presentImages(images, asked)]).toEqual(asked.slice(0, 2));
  });
});
