import { describe, expect, test } from 'vitest';
import type { RmaError } from '../../../src/core/errors.ts';
import { huggingface } from '../../../src/core/source/huggingface.ts';
import { copiesNote, projectorNote } from '../../../src/core/source/model-notes.ts';
import { answerAll } from '../../helpers/builders/answer-dialog.ts';

const COMMIT = '0'.repeat(40);

/** Resolves a reference in a repository of these files, each of 2 GiB. */
function resolve(text: string, paths: readonly string[]) {
  const entries = paths.map((path) => ({ type: 'file', path, size: 2 ** 31, oid: COMMIT }));
  const dialog = huggingface.resolve(huggingface.parse(text), {
    endpoint: 'https://hub.example',
    tokenSent: false,
  });
  return answerAll(dialog, [JSON.stringify({ sha: COMMIT }), JSON.stringify(entries)]);
}

const names = (text: string, paths: readonly string[]) => resolve(text, paths).files.map(({ path }) => path);

describe('[case F16] copies of weights that are left out', () => {
  const paths = ['config.json', 'consolidated.safetensors', 'model.safetensors', 'original/a.pth'];

  test('are reported with their number, size and how to download them', () => {
    const model = resolve('hf:org/repo', paths);
    expect(model.complete).toBe(false);
    expect(copiesNote(model)).toEqual({
      text: 'hf:org/repo: 2 copies of its weights (4.0 GiB) not downloaded: consolidated.safetensors, original/a.pth',
      hint: "to download everything: 'hf:org/repo:*'",
    });
  });

  test('are downloaded with a pattern, and nothing is reported', () => {
    const model = resolve('hf:org/repo:*', paths);
    expect([model.files.length, model.complete, copiesNote(model)]).toEqual([4, true, null]);
  });

  test('are none in most repositories', () => {
    expect(copiesNote(resolve('hf:org/repo', ['config.json', 'model.safetensors']))).toBeNull();
  });
});

describe('[case F19] a vision model without its projector', () => {
  const paths = ['vl-Q4_K_M.gguf', 'vl-Q8_0.gguf', 'mmproj-F16.gguf', 'mmproj-F32.gguf'];

  test('is a warning with the reference to add', () => {
    expect(projectorNote(resolve('hf:org/vl@v1:*Q4_K_M.gguf', paths))).toEqual({
      text: 'hf:org/vl@v1:*Q4_K_M.gguf does not include the projector that reads images: mmproj-F16.gguf, mmproj-F32.gguf',
      hint: 'to read images, download it as well: rma models pull hf:org/vl@v1:mmproj-F16.gguf',
    });
  });

  test.each([
    ['hf:org/vl', paths],
    ['hf:org/vl:*.gguf', paths],
    ['hf:org/vl:mmproj-F16.gguf', paths],
    ['hf:org/vl:*.json', [...paths, 'config.json']],
    ['hf:org/vl:*Q4_K_M.gguf', ['vl-Q4_K_M.gguf']],
  ])('is nothing to report for %s of %j', (ref, listing) => {
    expect(projectorNote(resolve(ref, listing))).toBeNull();
  });
});

describe('a part of a reference that selects nothing', () => {
  const gguf = ['m-Q4_K_M.gguf', 'm-Q8_0.gguf', 'config.json'];
  const fault = (text: string, paths: readonly string[]) => {
    try {
      resolve(text, paths);
    } catch (error) {
      return error as RmaError;
    }
    throw new Error(`${text} was accepted`);
  };

  test.each([
    [
      'hf:org/repo:gguf:Q5_K_M',
      gguf,
      'org/repo has no GGUF model with quantization Q5_K_M',
      'its quantizations: Q4_K_M, Q8_0',
    ],
    ['hf:org/repo:gguf:Q5_K_M', ['a.txt'], /has no GGUF model/, 'choose a repository with GGUF files'],
    ['hf:org/repo:gguf:Q8_0', ['m.gguf'], /has no GGUF model/, 'name the file: m.gguf'],
    [
      'hf:org/repo:safetensors',
      gguf,
      'org/repo has no safetensors weights',
      'for all files, use "all" instead; its GGUF quantizations: Q4_K_M, Q8_0',
    ],
    [
      'hf:org/repo:tokenizer',
      ['a.txt'],
      'org/repo has no tokenizer files',
      'for all files, use "all" instead',
    ],
    ['hf:org/repo:*.json,m-Q4.gguf', gguf, 'no file of org/repo matches "m-Q4.gguf" (3 files)', /m-Q4_K_M/],
    ['hf:org/repo:*.x,*.y', gguf, 'no file of org/repo matches "*.x,*.y" (3 files)', /closest/],
    ['hf:org/repo:*,!*', gguf, 'no file of org/repo matches "*,!*" (3 files)', /closest/],
  ] as const)('is an error for %s of %j', (...[text, paths, message, hint]) => {
    expect(fault(text, paths)).toMatchObject({
      code: 'RMA_HUB_NO_MATCH',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
      hint: typeof hint === 'string' ? hint : expect.stringMatching(hint),
    });
  });

  test('a pattern in a list may match nothing', () => {
    expect(names('hf:org/repo:*.json,*.md', gguf)).toEqual(['config.json']);
  });

  test('gguf without a quantization means the only model, and is an error with the choices for several', () => {
    expect(names('hf:org/repo:gguf', ['m-00001-of-00002.gguf', 'm-00002-of-00002.gguf', 'a'])).toHaveLength(
      2,
    );
    expect(fault('hf:org/repo:gguf', gguf)).toMatchObject({
      code: 'RMA_MODEL_REF_AMBIGUOUS',
      exitCode: 2,
      message: 'org/repo has 2 GGUF models',
      hint: 'name a quantization, such as gguf:Q4_K_M: Q4_K_M, Q8_0',
    });
  });

  test('a projector that the reference leaves out is not reported', () => {
    const paths = ['vl-Q4_K_M.gguf', 'mmproj-F16.gguf'];
    expect(projectorNote(resolve('hf:org/vl:gguf:Q4_K_M,!mmproj*', paths))).toBeNull();
    expect(names('hf:org/vl:gguf:Q4_K_M', paths)).toEqual(paths);
  });
});

describe('[case F04] a pattern that matches one part of a split GGUF model', () => {
  const parts = ['q4-00001-of-00002.gguf', 'q4-00002-of-00002.gguf'];

  test('selects all parts', () => {
    expect(names('hf:org/repo:q4-00001-of-00002.gguf', ['README.md', ...parts, 'q8.gguf'])).toEqual(parts);
    expect(names('hf:org/repo:*-00002-of-*', [...parts, 'q8.gguf'])).toEqual(parts);
  });

  test('is an error that names the part that the repository lacks', () => {
    expect(() => names('hf:org/repo:q4*', parts.slice(0, 1))).toThrowError(
      expect.objectContaining({
        code: 'RMA_CONTENT_PART_MISSING',
        exitCode: 6,
        message: 'org/repo lacks 1 of the parts of a split model: q4-00002-of-00002.gguf',
      }),
    );
  });
});
