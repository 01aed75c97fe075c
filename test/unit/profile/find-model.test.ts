import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findModel, printedName } from '../../../src/core/profile/find-model.ts';
import { formatModelRef, parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { catalogOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';

const MODELS = [
  'hf:org/own',
  'hf:org/own@v1',
  'hf:org/own:own-q4.gguf',
  'hf:other/own:own-q4.gguf',
  'ms:org/own',
  'ms:org/same',
  'hf:org/same',
  'ollama:llava:7b',
  'ollama:nomic-embed-text',
  'ollama:me/tiny:q4',
  'ollama:me/Tiny-GGUF:Q4_K_M',
  'ollama:hf.co/org/own:Q4_K_M',
  'ollama:registry.example:5000/me/tiny',
  'https://host.example/own-q8.gguf',
];
const catalog = catalogOf({ chat: MODELS.map((model) => profileServiceOf({ models: [model] })) });

it.each(MODELS)('[case F22] the printed name of %s finds it again', (ref) => {
  const model = findModel(catalog, ref);
  expect(findModel(catalog, printedName(catalog, model)).ref).toBe(ref);
});

it('[case F22] a model that is served under a name of its own is printed with it', () => {
  const print = (ref: string) => printedName(catalog, findModel(catalog, ref));
  expect(MODELS.map(print)).toEqual([
    'hf:org/own',
    'hf:org/own@v1',
    'hf:org/own:own-q4.gguf',
    'hf:other/own:own-q4.gguf',
    'ms:org/own',
    'ms:org/same',
    'hf:org/same',
    'llava:7b',
    'nomic-embed-text:latest',
    'me/tiny:q4',
    'me/Tiny-GGUF:Q4_K_M',
    'hf.co/org/own:Q4_K_M',
    'registry.example:5000/me/tiny:latest',
    'own-q8',
  ]);
});

it('[case F22] the name of several models is an error with their references', () => {
  expect(() => findModel(catalog, 'own-q4')).toThrow(
    expect.objectContaining({
      code: 'RMA_MODEL_REF_AMBIGUOUS',
      hint: 'use hf:org/own:own-q4.gguf or hf:other/own:own-q4.gguf',
    }),
  );
});

it('[case F21] a word alone is not guessed: the hint has the reference of Ollama to paste', () => {
  expect(() => findModel(catalog, 'mistral')).toThrow(
    expect.objectContaining({ code: 'RMA_MODEL_UNKNOWN', hint: expect.stringContaining('ollama:mistral') }),
  );
});

it('[case F22] whatever the model, its printed name finds it again', () => {
  const name = fc
    .stringMatching(/^[A-Za-z0-9][A-Za-z0-9.-]{0,12}$/)
    .filter((text) => !/--|\.\.|[.-]$/.test(text));
  const body = fc.tuple(name, name).map((parts) => parts.join('/'));
  const file = fc.constantFrom('', ':*.gguf', ':x-Q4_K_M.gguf', ':*Q4_K_M*', '@v1', '@v1:x.gguf');
  const ref = fc.oneof(
    fc.tuple(fc.constantFrom('hf:', 'ms:'), body, file).map((parts) => parts.join('')),
    fc
      .tuple(fc.constantFrom('', 'me/', 'hf.co/org/'), name, fc.constantFrom('', ':7b', ':Q4_K_M'))
      .map((parts) => `ollama:${parts.join('')}`),
    name.map((each) => `https://host.example/${each}.gguf`),
  );
  fc.assert(
    fc.property(ref, (text) => {
      const canonical = formatModelRef(parseModelRef(text));
      const model = findModel(catalog, canonical);
      expect(findModel(catalog, printedName(catalog, model)).ref).toBe(canonical);
    }),
    { numRuns: 1000 },
  );
});
