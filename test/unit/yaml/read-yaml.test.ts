import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readYaml } from '../../../src/core/yaml/read-yaml.ts';

const read = (text: string) => readYaml({ file: 'a.yaml', text });
const faults = (text: string) => read(text).faults.map((f) => `${f.file}:${f.line}:${f.column} ${f.message}`);

describe('readYaml', () => {
  it('returns plain values with the position of keys and values', () => {
    const document = read('a: 1\nb:\n  - x\n  - y: z\nc:\n');
    expect(document.value).toEqual({ a: 1, b: ['x', { y: 'z' }], c: null });
    expect(document.at(['b', 1, 'y'])).toEqual({ line: 4, column: 8 });
    expect(document.keyAt(['b', 1, 'y'])).toEqual({ line: 4, column: 5 });
    expect(document.keyAt(['b'])).toEqual({ line: 2, column: 1 });
  });

  it('returns the position of a text through aliases and merge keys', () => {
    const { sourceOf } = read(
      'a: &a\n  k: &k >\n    text\nb: &b {<<: *a}\nc: {<<: [*b]}\nd: *b\ne: {<<: *a, k: own}\nf: *k\n',
    );
    const text = { line: 2, column: 9 };
    for (const key of ['a', 'b', 'c', 'd']) expect(sourceOf([key, 'k'])).toEqual(text);
    expect(sourceOf(['f'])).toEqual(text);
    expect(sourceOf(['e', 'k'])).toEqual({ line: 7, column: 16 });
  });

  it('returns the position of the nearest parent for a missing key', () => {
    const document = read('# comment\na:\n  b: 1\n');
    expect(document.at(['a', 'missing'])).toEqual({ line: 3, column: 3 });
    expect(document.at(['missing', 'deeper'])).toEqual({ line: 2, column: 1 });
  });

  it.each([
    ['two documents', 'a: 1\n---\nb: 2\n', 'a.yaml:2:1 a file must contain one document'],
    ['an unknown alias', 'a: 1\nb: *x\n', 'a.yaml:2:4 unknown alias *x: no &x before it'],
    [
      'an alias inside its own mapping',
      'a: &x\n  b: *x\n',
      'a.yaml:2:6 alias *x is inside the value of &x: a value cannot contain itself',
    ],
    [
      'an alias deep inside its own list',
      'a: &x [1, {b: [*x]}]\n',
      'a.yaml:1:16 alias *x is inside the value of &x: a value cannot contain itself',
    ],
    ['an unknown tag', 'a: !js 1\n', 'a.yaml:1:4 tags are not supported: !js'],
    [
      'a tab in the indentation',
      'a:\n\tb: 1\n',
      'a.yaml:2:1 tabs are not allowed as indentation; use spaces',
    ],
  ])('[case CLI] reports %s with its position', (_name, text, fault) => {
    expect(faults(text)).toContain(fault);
    expect(read(text).value).toBeNull();
  });

  it.each([
    ['a value with a colon', 'a: b: c\n', '1:4 quote the value: it contains ": "'],
    [
      'items in different columns',
      'a:\n  b: 1\n c: 2\n',
      '3:1 this line is indented by 1 space, but the lines above it by 0 or 2',
    ],
    [
      'a block below a value',
      'volumes: x\n  store: named:a\n',
      '1:10 `volumes` has a value, but line 2 is indented below it; indent both lines equally, or remove the value',
    ],
    ['a tag of YAML', 'a: !!int x\n', '1:4 tags are not supported: !!int'],
    ['an unclosed list', 'a: [x\n', '2:1 missing closing ]'],
    ['an unclosed mapping', 'a: {b: 1\n', '2:1 missing closing }'],
    ['an unclosed mapping at the start of the file', '{a: 1\n', '2:1 missing closing }'],
    [
      'an item that is indented less than the one before',
      'a:\n  - b\n - c\n',
      '3:1 this line is indented by 1 space, but the lines above it by 0 or 2',
    ],
    [
      'a list on the line of its key',
      'a: - b\n',
      '1:4 start the list on the next line, or write it as [a, b]',
    ],
    ['text after a quoted value', 'a: "b" c\n', '1:8 unexpected text after the value; quote all of it'],
    ['a quote in a quoted value', "a: 'it's'\n", '1:8 unexpected text after the value; quote all of it'],
    ['a tag that changes the type', 'a: !!binary abc\n', '1:4 tags are not supported: !!binary'],
    ['a tag of a mapping', 'a: !!set {x}\n', '1:4 tags are not supported: !!set'],
    ['only a key without a space after its colon', 'a:b\n', '1:1 missing space after ":"'],
    ['an unclosed string', 'a: "x\n', '2:1 missing closing "'],
    ['a key without a colon', 'a: b\nc\nd: e\n', '2:1 expected ": " after the key on this line'],
    ['no space after a colon', 'a:b\nc: d\n', '1:1 expected ": " after the key on this line'],
    ['a reserved character', 'a: @x\n', '1:4 quote the value: it starts with @'],
    ['an unknown escape', 'a: "\\q"\n', '1:5 invalid escape sequence \\q; use single quotes'],
    ['a key that is a list', '? [a]\n: b\n', '1:3 keys must be strings'],
    ['an extra comma', 'a: [1,,2]\n', '1:7 unexpected ,'],
    ['an extra bracket', 'a: ]\n', '1:4 unexpected ]'],
    ['an unknown YAML version', '%YAML 9\n---\na: 1\n', '1:7 invalid YAML directive'],
  ])('[case CLI] has its own message for %s', (_name, text, fault) => {
    expect(faults(text)).toEqual([`a.yaml:${fault}`]);
  });

  it('has its own message for every error', () => {
    const yamlish = fc.stringMatching(/^[a-z:{}[\]\-&*!'" \n\t0-9.~#|>%?@]{0,60}$/);
    fc.assert(
      fc.property(yamlish, (text) => {
        for (const fault of read(text).faults) expect(fault.message).toMatch(/^[a-z]/);
      }),
      { numRuns: 500 },
    );
  });

  it('reports a duplicate key and still reads the rest', () => {
    expect(faults('a: 1\nb: 2\na : 3\n')).toEqual(['a.yaml:3:1 duplicate key "a"']);
    const twice = read('a: 1\na: 2\n');
    expect([twice.value, twice.at(['a'])]).toEqual([{ a: 2 }, { line: 2, column: 4 }]);
  });

  it('rejects aliases that expand exponentially', () => {
    const level = (n: number) =>
      `l${n}: &l${n} [${Array(12)
        .fill(`*l${n - 1}`)
        .join(', ')}]\n`;
    const bomb = `l0: &l0 [x]\n${[1, 2, 3, 4, 5].map(level).join('')}`;
    expect(faults(bomb)).toHaveLength(1);
  });

  it('reads an empty file as null, and YAML 1.1 keywords as strings', () => {
    expect(read('').value).toBeNull();
    expect(read('').faults).toEqual([]);
    expect(read('a: no\nb: 22:22\n').value).toEqual({ a: 'no', b: '22:22' });
  });
});
