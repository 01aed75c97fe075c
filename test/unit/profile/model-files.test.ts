import { describe, expect, it } from 'vitest';
import { readsFault } from '../../../src/core/profile/check-reads.ts';
import { parseModels } from '../../../src/core/profile/parse-models.ts';
import { engineOf } from '../../helpers/builders/render-builders.ts';

const parse = (text: string) => parseModels({ text, file: 'data/models.yaml' });
const faultsOf = (text: string) =>
  parse(text).faults.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);

it('selects files of a repository by the keys include and exclude of a model', () => {
  const text = `small:
  ref: org/small
  include: ["*.json", tokenizer, "a,b.txt"]
  exclude: [onnx/*]
  kind: chat
`;
  const { models } = parse(text);
  expect(models.get('small')?.ref).toBe('hf:org/small:*.json,tokenizer,a[,]b.txt,!onnx/*');
});

it.each([
  ['ollama:llava:7b', 'include: [a]', '3:12', 'only the files of a repository can be selected (hf:, ms:)'],
  ['hf:org/small:*.json', 'exclude: [a]', '3:12', 'it selects files already: *.json'],
  [
    'hf:org/small',
    'include: ["!a"]',
    '3:12',
    'include and exclude: "!a" starts with "!"; use exclude instead',
  ],
  ['hf:org/small', 'include: [""]', '3:12', 'include and exclude: an item of the list is empty'],
])('rejects for %s the key %s', (...[ref, key, at, why]) => {
  const text = `small:\n  ref: ${ref}\n  ${key}\n  kind: chat\n`;
  expect(faultsOf(text)).toEqual([`data/models.yaml:${at}: cannot select files of ${ref}: ${why}`]);
});

describe('the key sources of a model', () => {
  const model = (ref: string, sources: string) =>
    `small:\n  ref: ${ref}\n  sources: ${sources}\n  kind: chat\n`;

  it.each([
    ['hf:org/small', '[lan, hf, ms]', ['lan', 'hf:org/small', 'ms:org/small']],
    ['hf:org/small@v1:*.gguf', '[ms, hf]', ['ms:org/small@v1:*.gguf', 'hf:org/small@v1:*.gguf']],
    ['hf:org/small:*.gguf', '[ms:Org/Other]', ['ms:Org/Other:*.gguf', 'hf:org/small:*.gguf']],
    ['hf:org/small:*.gguf', '["ms:Org/Other:a.gguf"]', ['ms:Org/Other:a.gguf', 'hf:org/small:*.gguf']],
    ['hf:org/small#layout=plain', '[hf, ms]', ['hf:org/small#layout=plain', 'ms:org/small']],
    [
      'https://one.example/m.gguf',
      '["https://two.example/m.gguf"]',
      ['https://two.example/m.gguf', 'https://one.example/m.gguf'],
    ],
  ])('of %s: %s', (ref, sources, expected) => {
    const { models, faults } = parse(model(ref, sources));
    expect(faults).toEqual([]);
    expect(models.get('small')?.sources).toEqual(expected);
  });

  it.each([
    ['hf:org/small', '[]', 'must be a list with at least one item'],
    ['hf:org/small', '[hub]', 'invalid sources: unknown source "hub"'],
    ['hf:org/small', '[hf, hf:org/small]', 'invalid sources: hf:org/small is listed twice'],
    ['ollama:llava:7b', '[ms]', 'invalid sources: ollama:llava:7b has no repository at ms'],
    ['hf:org/small', '["ftp://x/y.gguf"]', 'invalid model reference'],
  ])('of %s is rejected: %s', (ref, sources, fault) => {
    expect(faultsOf(model(ref, sources)).join('\n')).toContain(fault);
  });

  it('must be readable by the engine', () => {
    const { models } = parse(model('hf:org/small', '[hf, ms]'));
    expect(readsFault(engineOf('llm', { reads: ['hf', 'ms'] }), 'small', models)).toBeNull();
    expect(readsFault(engineOf('llm', { reads: ['hf'] }), 'small', models)).toBe(
      'engine "llm" does not support small (ms:org/small); supported sources: hf',
    );
  });
});
