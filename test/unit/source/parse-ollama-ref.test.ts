import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RmaError } from '../../../src/core/errors.ts';
import {
  formatOllamaRef,
  type OllamaRef,
  ollamaName,
  parseOllamaRef,
} from '../../../src/core/source/ollama-reference.ts';
import { formatModelRef, parseModelRef } from '../../../src/core/source/parse-ref.ts';

const ref = (more: Partial<OllamaRef>): OllamaRef => ({
  source: 'ollama',
  registry: null,
  plainHttp: false,
  namespace: 'library',
  model: 'llava',
  tag: 'latest',
  ...more,
});

function refusal(text: string): RmaError {
  try {
    parseModelRef(text);
  } catch (error) {
    if (error instanceof RmaError) return error;
  }
  throw new Error(`${text} was accepted`);
}

test.each([
  ['ollama:llava', ref({}), 'ollama:llava', 'llava:latest'],
  ['ollama:llava:7b', ref({ tag: '7b' }), 'ollama:llava:7b', 'llava:7b'],
  ['OLLAMA:library/llava:latest', ref({}), 'ollama:llava', 'llava:latest'],
  ['ollama:me/llava:7b', ref({ namespace: 'me', tag: '7b' }), 'ollama:me/llava:7b', 'me/llava:7b'],
  ['ollama:registry.ollama.ai/library/llava', ref({}), 'ollama:llava', 'llava:latest'],
  ['ollama:https://Registry.Ollama.AI/llava', ref({}), 'ollama:llava', 'llava:latest'],
  [
    'ollama:http://registry.ollama.ai/llava',
    ref({ registry: 'registry.ollama.ai', plainHttp: true }),
    'ollama:http://registry.ollama.ai/llava',
    'llava:latest',
  ],
  [
    'ollama:hf.co/Qwen/Qwen2.5-0.5B-Instruct-GGUF:Q4_K_M',
    ref({ registry: 'hf.co', namespace: 'Qwen', model: 'Qwen2.5-0.5B-Instruct-GGUF', tag: 'Q4_K_M' }),
    'ollama:hf.co/Qwen/Qwen2.5-0.5B-Instruct-GGUF:Q4_K_M',
    'hf.co/Qwen/Qwen2.5-0.5B-Instruct-GGUF:Q4_K_M',
  ],
  [
    'ollama:127.0.0.1:5000/library/llava:7b',
    ref({ registry: '127.0.0.1:5000', plainHttp: true, tag: '7b' }),
    'ollama:127.0.0.1:5000/llava:7b',
    '127.0.0.1:5000/library/llava:7b',
  ],
  [
    'ollama:https://localhost:5000/me/llava',
    ref({ registry: 'localhost:5000', namespace: 'me' }),
    'ollama:https://localhost:5000/me/llava',
    'localhost:5000/me/llava:latest',
  ],
  [
    'ollama:http://mirror/library/llava',
    ref({ registry: 'mirror', plainHttp: true }),
    'ollama:http://mirror/llava',
    'mirror/library/llava:latest',
  ],
  [
    'ollama:mirror/library/llava',
    ref({ registry: 'mirror' }),
    'ollama:mirror/library/llava',
    'mirror/library/llava:latest',
  ],
  // like Ollama: without a dot or a port, the first of two parts is a namespace
  [
    'ollama:localhost/llava',
    ref({ namespace: 'localhost' }),
    'ollama:localhost/llava',
    'localhost/llava:latest',
  ],
] as const)(
  '%s is parsed, and has one canonical form and the name that Ollama shows',
  (...[text, parts, shortest, name]) => {
    expect(parseModelRef(text)).toEqual(parts);
    expect(formatModelRef(parts)).toBe(shortest);
    expect(ollamaName(parts)).toBe(name);
  },
);

test.each([
  'ollama:',
  'ollama:llava:',
  'ollama::7b',
  'ollama:/llava',
  'ollama:llava/',
  'ollama:a/b/c/d',
  'ollama:.hidden',
  'ollama:-x',
  'ollama:..',
  'ollama:../../x',
  'ollama:a/../b',
  'ollama:lla va',
  'ollama:llava:7b@sha256:00',
  'ollama:llava\n',
  `ollama:${'n'.repeat(81)}`,
  `ollama:llava:${'t'.repeat(81)}`,
  `ollama:${'s'.repeat(81)}/llava`,
  `ollama:${'h.'.repeat(175)}h/me/llava`,
  'ollama:n.s/me.too/llava',
  'ollama:https://llava',
  'ollama:ftp://host/llava',
  'ollama:http://user:secret@host/llava',
  'ollama:[::1]:5000/me/llava',
  'ollama:host:0/me/llava',
  'ollama:host:65536/me/llava',
  'ollama:host:x/me/llava',
  'ollama:127.1:80/me/llava',
  'ollama:0x7f000001/me/llava',
])('%j is rejected with the grammar as hint', (text) => {
  expect(refusal(text)).toMatchObject({
    code: 'RMA_MODEL_REF_INVALID',
    exitCode: 2,
    hint: expect.stringContaining('ollama:[host[:port]/][namespace/]name[:tag]'),
  });
});

test.each(['http://', ''])('a password in a reference is not in the message', (scheme) => {
  expect(refusal(`ollama:${scheme}user:hunter22@host/llava`).message).not.toContain('hunter22');
});

const name = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}$/);
const namespace = fc.oneof(fc.constant('library'), fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,79}$/));
const host = fc.oneof(
  fc.constantFrom('hf.co', 'mirror', 'localhost', '127.0.0.1', 'localhost:5000', '10.0.0.7:80', 'a_b.test:1'),
  fc.domain().map((text) => text.toLowerCase()),
);
const refs = fc
  .record({
    source: fc.constant('ollama' as const),
    registry: fc.oneof(fc.constant(null), host),
    plainHttp: fc.boolean(),
    namespace,
    model: name,
    tag: fc.oneof(fc.constant('latest'), name),
  })
  .map((parts): OllamaRef => (parts.registry === null ? { ...parts, plainHttp: false } : parts));

test('the canonical form of any reference parses back to the same reference', () => {
  fc.assert(
    fc.property(refs, (parts) => {
      const text = formatOllamaRef(parts);
      expect(parseOllamaRef(text)).toEqual(parts);
      expect(formatOllamaRef(parseOllamaRef(text))).toBe(text);
      expect(text).not.toMatch(/:latest$/);
    }),
  );
});

test('the parser fails only with its own error, whatever the string', () => {
  fc.assert(
    fc.property(fc.constantFrom('', 'http://', 'a/', 'h:1/a/'), fc.string(), (head, tail) => {
      const outcome = () => {
        try {
          return parseOllamaRef(`ollama:${head}${tail}`).source;
        } catch (error) {
          return error instanceof RmaError ? error.code : String(error);
        }
      };
      expect(outcome()).toMatch(/^(ollama|RMA_MODEL_REF_INVALID)$/);
    }),
  );
});

test('no part of a parsed reference escapes a directory', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9_./:-]{1,40}$/), (text) => {
      for (const part of partsOf(text)) expect(part).toMatch(/^\w[^/]*$/);
    }),
  );
  expect(partsOf('h:1/a/b:c')).toEqual(['h:1', 'a', 'b', 'c']);
});

function partsOf(text: string): readonly string[] {
  try {
    const { registry, namespace, model, tag } = parseOllamaRef(`ollama:${text}`);
    return [...(registry === null ? [] : [registry]), namespace, model, tag];
  } catch {
    return [];
  }
}
