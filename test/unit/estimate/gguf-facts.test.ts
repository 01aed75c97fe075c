import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGgufFacts } from '../../../src/core/estimate/gguf-facts.ts';
import { type GgufMetadata, ggufHead } from '../../hub/gguf-file.ts';
import { tinyGguf } from '../../hub/tiny-gguf.ts';

const METADATA: GgufMetadata = [
  ['general.architecture', { type: 'string', value: 'qwen2' }],
  ['general.license', { type: 'string', value: 'apache-2.0' }],
  ['qwen2.context_length', { type: 'u32', value: 32768 }],
  ['tokenizer.ggml.tokens', { type: 'strings', value: ['a', 'b'] }],
];
const TENSORS = [
  { name: 'token_embd.weight', shape: [896, 151936], type: 2, bytes: 0 },
  { name: 'output_norm.weight', shape: [896], type: 0, bytes: 0 },
];

describe('the facts in a GGUF file', () => {
  it('are the license, the architecture, the context and the elements of its tensors', () => {
    const head = ggufHead(METADATA, TENSORS);
    expect(readGgufFacts(head, head.length)).toEqual({
      state: 'done',
      facts: {
        license: 'apache-2.0',
        architecture: 'qwen2',
        parameters: 896 * 151936 + 896,
        contextLength: 32768,
      },
    });
  });

  it('are null if its header lacks them', () => {
    const head = ggufHead([], []);
    expect(readGgufFacts(head, head.length)).toMatchObject({
      facts: { license: null, architecture: null, parameters: null, contextLength: null },
    });
  });

  it('requests more bytes of every prefix, and never reads past the file', () => {
    const file = tinyGguf();
    const whole = readGgufFacts(file, file.length);
    expect(whole).toMatchObject({ state: 'done', facts: { architecture: 'llama', contextLength: 2048 } });
    fc.assert(
      fc.property(fc.nat(20_000), (length) => {
        const found = readGgufFacts(file.subarray(0, length), file.length);
        if (found.state === 'more') expect(found.bytes).toBeGreaterThan(length);
        else expect(found).toEqual(whole);
        const cut = readGgufFacts(file.subarray(0, length), length);
        expect(['broken', 'done']).toContain(cut.state);
      }),
    );
  });

  it('rejects anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const file = Buffer.concat([Buffer.from('GGUF\x03\0\0\0'), bytes]);
        expect(['broken', 'done']).toContain(readGgufFacts(file, file.length).state);
      }),
    );
    expect(readGgufFacts(Buffer.from('no GGUF'), 7)).toMatchObject({ state: 'broken' });
  });
});
