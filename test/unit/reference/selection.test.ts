import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantizationOf } from '../../../src/core/reference/quantization.ts';
import { selectFiles } from '../../../src/core/reference/select-files.ts';
import {
  canonicalSelection,
  namedFile,
  parseSelection,
  selectionFault,
  selectionOf,
} from '../../../src/core/reference/selection.ts';

const glob = (text: string) => ({ kind: 'glob', glob: text }) as const;

test.each([
  ['*.gguf', [glob('*.gguf')]],
  ['a.json,b.json', [glob('a.json'), glob('b.json')]],
  ['*.json,!onnx/*', [glob('*.json'), { kind: 'exclude', glob: 'onnx/*' }]],
  ['a[,]b.json,c[x,y]', [glob('a[,]b.json'), glob('c[x,y]')]],
  ['a[,b', [glob('a['), glob('b')]],
  ['all', [glob('*')]],
  ['safetensors,tokenizer', [{ kind: 'safetensors' }, { kind: 'tokenizer' }]],
  ['gguf', [{ kind: 'gguf', quantization: null }]],
  ['gguf:q4_k_m', [{ kind: 'gguf', quantization: 'Q4_K_M' }]],
  ['all.json', [glob('all.json')]],
  ['[a]ll', [glob('[a]ll')]],
] as const)('%s selects by its items', (text, items) => {
  expect(parseSelection(text)).toEqual(items);
});

test.each([
  [',', 'an item of the list is empty'],
  ['a,,b', 'an item of the list is empty'],
  ['a,!', 'an item of the list is empty'],
  ['a,/etc/passwd', 'paths are relative to the repository'],
  ['!/etc', 'paths are relative to the repository'],
  ['gguf:', '"gguf:" does not name a quantization, such as gguf:Q4_K_M'],
  ['gguf:*', '"gguf:*" does not name a quantization, such as gguf:Q4_K_M'],
  ['a\nb', 'it contains a control character'],
])('%j is no selection', (text, fault) => {
  expect(selectionFault(text)).toBe(fault);
});

test('all spellings of a selection have one canonical text', () => {
  expect(canonicalSelection('all,gguf:q4_k_m,!x')).toBe('*,gguf:Q4_K_M,!x');
});

test('a selection of options escapes commas, so that each option is one item', () => {
  expect(selectionOf(['a,b.json', '*.txt'], ['c,d'])).toBe('a[,]b.json,*.txt,!c[,]d');
  expect(selectionOf([], [])).toBeNull();
});

test('each include and exclude of options is one item again', () => {
  const globs = fc.array(fc.stringMatching(/^[a-z*?,.]{1,12}$/), { maxLength: 4 });
  fc.assert(
    fc.property(globs, globs, (include, exclude) => {
      fc.pre(include.length + exclude.length > 0);
      const items = parseSelection(selectionOf(include, exclude) ?? '');
      expect(items).toHaveLength(include.length + exclude.length);
      const path = 'abc,d.txt';
      const by = (text: string | null) => selectFiles([{ path }], text).files.length;
      // an item selects what its option selects alone
      for (const each of include) expect(by(selectionOf([each], []))).toBe(by(each.replaceAll(',', '[,]')));
    }),
  );
});

test.each([
  ['model.gguf', 'model.gguf'],
  ['*.gguf', null],
  ['a/', null],
  ['a.json,b.json', null],
  ['tokenizer', null],
  ['gguf:Q4_0', null],
  ['!a.json', null],
])('%s names the file %s', (text, file) => {
  expect(namedFile(text)).toBe(file);
});

test.each([
  ['qwen2.5-0.5b-instruct-q4_k_m.gguf', 'Q4_K_M'],
  ['tinyllama-1.1b.Q4_0.gguf', 'Q4_0'],
  ['tinyllama_Q8_0.gguf', 'Q8_0'],
  ['Qwen3-8B-UD-Q4_K_XL.gguf', 'UD-Q4_K_XL'],
  ['m-IQ2_XXS.gguf', 'IQ2_XXS'],
  ['m-Q4_K_M-00001-of-00002.gguf', 'Q4_K_M'],
  ['BF16/model-00001-of-00003.gguf', 'BF16'],
  ['gpt-oss-20b-MXFP4.gguf', 'MXFP4'],
  ['mmproj-model-f16.gguf', 'F16'],
  ['Q3-model.gguf', 'Q3'],
  ['model.gguf', null],
])('the quantization of %s is %s', (path, label) => {
  expect(quantizationOf(path)).toBe(label);
});

describe('a preset', () => {
  const names = (pattern: string, paths: readonly string[]) =>
    selectFiles(
      paths.map((path) => ({ path })),
      pattern,
    ).files.map(({ path }) => path);

  const repo = [
    'README.md',
    'config.json',
    'generation_config.json',
    'tokenizer.json',
    'tokenizer_config.json',
    'special_tokens_map.json',
    'chat_template.jinja',
    'merges.txt',
    'vocab.json',
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
    'model.safetensors.index.json',
    'pytorch_model.bin',
    'pytorch_model.bin.index.json',
    'onnx/model.onnx',
    'extra/head.pt',
    'consolidated.safetensors',
  ];

  test('safetensors selects these weights and all files that are no weights', () => {
    expect(names('safetensors', repo)).toEqual(
      repo.filter((path) => !/bin|onnx|\.pt$|consolidated/.test(path)),
    );
    expect(names('safetensors', ['config.json', 'pytorch_model.bin'])).toEqual([]);
  });

  test('[req K04] tokenizer selects the tokenizer and the configuration', () => {
    expect(names('tokenizer', repo)).toEqual(repo.slice(1, 9));
    const others = ['tokenizer.model', 'tokenizer.model.v3', 'qwen.tiktoken', 'tekken.json', 'spiece.model'];
    expect(names('tokenizer', [...others, 'model.gguf', 'sub/tokenizer.json'])).toEqual(others);
  });

  const gguf = [
    'README.md',
    'vl-Q4_K_M.gguf',
    'vl-UD-Q4_K_M.gguf',
    'vl-q8_0-00001-of-00002.gguf',
    'vl-q8_0-00002-of-00002.gguf',
    'mmproj-F32.gguf',
    'mmproj-F16.gguf',
  ];

  test('gguf:QUANTIZATION selects one model with all its parts, and one projector', () => {
    expect(names('gguf:Q4_K_M', gguf)).toEqual(['vl-Q4_K_M.gguf', 'mmproj-F16.gguf']);
    expect(names('gguf:Q8_0', gguf)).toEqual([...gguf.slice(3, 5), 'mmproj-F16.gguf']);
    expect(names('gguf:F16', gguf)).toEqual([]);
  });

  test('all selects every file', () => {
    expect(names('all', repo)).toEqual(repo);
  });
});

describe('a list', () => {
  const listing = ['a.json', 'b.json', 'c.txt', 'pytorch_model.bin', 'model.safetensors'].map((path) => ({
    path,
  }));
  const names = (pattern: string) => selectFiles(listing, pattern).files.map(({ path }) => path);

  test('selects what an item includes and none excludes, whatever their order', () => {
    expect(names('*.json,c.txt')).toEqual(['a.json', 'b.json', 'c.txt']);
    expect(names('!b*,*.json')).toEqual(['a.json']);
  });

  test('of excludes alone starts from the files of the reference without one', () => {
    expect(names('!*.json')).toEqual(['c.txt', 'model.safetensors']);
  });
});
