import { describe, expect, test } from 'vitest';
import { checkGguf } from '../../../src/core/profile/check-gguf.ts';
import { pinnedFile } from '../../helpers/builders/render-builders.ts';

const check = (ref: string, paths: readonly string[], loads: 'gguf' | null = 'gguf') =>
  checkGguf({
    profile: 'chat',
    engine: { name: 'llamacpp', loads },
    models: [pinnedFile(ref, { files: paths.map((path) => ({ path, bytes: 1, digest: null })) })],
  });

describe('[case F23] an engine that loads one GGUF model', () => {
  test.each([
    ['hf:org/repo', 'hf:org/repo:q4.gguf'],
    ['hf:org/repo@v1:*.gguf', 'hf:org/repo@v1:q4.gguf'],
  ])('refuses several models in %s, and names them', (ref, choice) => {
    expect(() => check(ref, ['README.md', 'q8.gguf', 'q4.gguf'])).toThrowError(
      expect.objectContaining({
        code: 'RMA_MODEL_AMBIGUOUS',
        exitCode: 2,
        message: `profile chat: engine "llamacpp" loads one GGUF model, but ${ref} selects 2: q4.gguf, q8.gguf`,
        hint: `name one of them, such as ${choice}`,
      }),
    );
  });

  test('shows at most six names', () => {
    const paths = Array.from({ length: 9 }, (_, at) => `q${at}.gguf`);
    expect(() => check('hf:org/repo', paths)).toThrowError(/q5\.gguf and 3 more$/);
  });

  test.each([
    ['one model with other files', ['README.md', 'config.json', 'm.gguf']],
    ['the parts of one model', ['m-00001-of-00002.gguf', 'm-00002-of-00002.gguf']],
    ['a model and its projectors', ['m.gguf', 'mmproj-F16.gguf', 'mmproj-F32.gguf']],
    ['a projector named after the model', ['m.gguf', 'm-mmproj-f16.gguf']],
  ])('accepts %s', (_, paths) => {
    expect(() => check('hf:org/repo', paths)).not.toThrow();
  });

  test.each([
    ['two split models', ['a-00001-of-00002.gguf', 'a-00002-of-00002.gguf', 'b-00001-of-00002.gguf']],
    ['the same name in two directories', ['q4/m.gguf', 'q8/m.gguf']],
    ['two splits of one model', ['m-00001-of-00002.gguf', 'm-00001-of-00003.gguf']],
  ])('refuses %s', (_, paths) => {
    expect(() => check('hf:org/repo', paths)).toThrowError(/selects 2: /);
  });

  test('refuses a repository without GGUF models', () => {
    expect(() => check('hf:org/repo', ['config.json', 'model.safetensors'])).toThrowError(
      expect.objectContaining({ code: 'RMA_MODEL_UNSERVABLE', exitCode: 2 }),
    );
  });

  test.each(['m.Q6_K.gguf-split-a', 'm.gguf.part1of3', 'm.gguf.001'])(
    '[case F04] refuses a repository with pieces of a file that was cut: %s',
    (piece) => {
      expect(() => check('hf:org/repo', ['README.md', piece])).toThrowError(
        expect.objectContaining({ code: 'RMA_MODEL_UNSERVABLE', exitCode: 2 }),
      );
    },
  );

  test('other engines load all files', () => {
    expect(() => check('hf:org/repo', ['a.gguf', 'b.gguf'], null)).not.toThrow();
  });
});
