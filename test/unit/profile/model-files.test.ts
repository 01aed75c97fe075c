import { expect, it } from 'vitest';
import { parseModels } from '../../../src/core/profile/parse-models.ts';

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
