import { describe, expect, it } from 'vitest';
import { secretLine } from '../../../src/core/bundle/find-secret.ts';

describe('the first line with a secret', () => {
  it.each([
    ['a hub token in a comment', 'project: a\n# token hf_abcdefghijklmnop\n', 2],
    ['a login in a URL', 'hub:\n  endpoint: https://me:pass@hub.example\n', 2],
    ['a user name in a URL, which is often a token', 'hub: { endpoint: "https://ghp_0123@hub.example" }', 1],
    ['a signed URL', 'a: https://cdn.example/f?X-Amz-Signature=0123', 1],
    ['a password of an engine', 'environment:\n  DB_PASSWORD: hunter22\n', 2],
    ['an API key in quotes', 'environment: { OPENAI_API_KEY: "sk-12345678" }', 1],
    ['a key in an argument', 'command: ["--api-key=abcd1234"]', 1],
    ['a setting in a comment', 'project: a\n# api_key: abcd1234\n', 2],
    ['a setting in a comment, with more words', '# password: hunter22 until May', 1],
    ['a setting before a comment', 'a: { api_key: abcd1234, b: c d } # not used: yet', 1],
    ['a key after its argument', 'flags: [--api-key, abcd1234]', 1],
    ['a key after its argument, in quotes', 'flags: ["--api-key", "abcd1234"]', 1],
    ['a key in the line after its argument', 'flags:\n  - --api-key\n  - abcd1234\n', 2],
    ['a token in the lines after its name', 'environment:\n  NGC_TOKEN: >-\n    abcd1234\n', 2],
    ['a token in the line after its name', 'environment:\n  NGC_TOKEN:\n    abcd1234\n', 2],
    ['a secret access key', 'environment:\n  AWS_SECRET_ACCESS_KEY: abcd1234\n', 2],
    ['the key of a service', 'environment: { OPENAI_KEY: abcd1234 }', 1],
    ['a known token without a pattern', 'a: b\nc: d\ne: plain-known-token\n', 3],
  ])('is found: %s', (_, text, line) => {
    expect(secretLine(text, ['plain-known-token', ''])).toBe(line);
  });

  it.each([
    'hub: { token_file: ~/.config/hub-token }',
    'network:\n  peer_token_file: ~/peer-token\n',
    'hosts: { box1: { address: "ssh://admin@box1" } }',
    'images: { engines: { vllm: "vllm/vllm-openai:v0.27.1-cu129" } }',
    'models: ["ollama:llava:7b", "hf:org/name@main"]',
    'flags: [--max-num-batched-tokens, "8192", --tokenizer, org/name]',
    'flags: [--api-key, --port, "8000"]',
    'flags:\n  - --hf-token\n  - --port\n',
    'credentials:\n  file: ~/login\n',
    '# KV cache per token: layers x key-value heads',
    'context: 4096 # for each token: layers x heads',
    'project: demo',
  ])('is none in %s', (text) => {
    expect(secretLine(text, [''])).toBe(null);
  });
});
