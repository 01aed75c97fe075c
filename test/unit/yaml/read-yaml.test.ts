import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readYaml } from '../../../src/core/yaml/read-yaml.ts';

const read = (text: string) => readYaml({ file: 'a.yaml', text });
const faults = (text: string) => read(text).faults.map((f) => `${f.file}:${f.line}:${f.column} ${f.message}`);

describe('readYaml', () => {
  it('gives plain values and where they and their keys stand', () => {
    const document = read('a: 1\nb:\n  - x\n  - y: z\nc:\n');
    expect(document.value).toEqual({ a: 1, b: ['x', { y: 'z' }], c: null });
    expect(document.at(['b', 1, 'y'])).toEqual({ line: 4, column: 8 });
    expect(document.keyAt(['b', 1, 'y'])).toEqual({ line: 4, column: 5 });
    expect(document.keyAt(['b'])).toEqual({ line: 2, column: 1 });
  });

  it('places something absent where its nearest parent stands', () => {
    const document = read('# comment\na:\n  b: 1\n');
    expect(document.at(['a', 'missing'])).toEqual({ line: 3, column: 3 });
    expect(document.at(['missing', 'deeper'])).toEqual({ line: 2, column: 1 });
  });

  it.each([
    ['two documents', 'a: 1\n---\nb: 2\n', 'a.yaml:2:1 a file must contain one document'],
    ['an alias without anchor', 'a: 1\nb: *x\n', 'a.yaml:2:4 unknown alias *x: no &x before it'],
    ['an unknown tag', 'a: !js 1\n', 'a.yaml:1:4 unknown tag !js'],
    ['a tab as indentation', 'a:\n\tb: 1\n', 'a.yaml:2:1 tabs are not allowed as indentation; use spaces'],
  ])('tells %s with its place', (_name, text, fault) => {
    expect(faults(text)).toContain(fault);
    expect(read(text).value).toBeNull();
  });

  it.each([
    [
      'a value with a colon',
      'a: b: c\n',
      '1:4 quote the value, or check the indentation of the next line: a value cannot contain ": "',
    ],
    [
      'items in different columns',
      'a:\n  b: 1\n c: 2\n',
      '3:1 wrong indentation: it differs from the line above',
    ],
    ['a list without its end', 'a: [x\n', '2:1 missing closing ]'],
    ['a mapping without its end', 'a: {b: 1\n', '2:1 missing closing }'],
    ['a text without its end', 'a: "x\n', '2:1 missing closing "'],
    ['a key without a colon', 'a: b\nc\nd: e\n', '2:1 expected ": " after the key on this line'],
    ['no space behind a colon', 'a:b\nc: d\n', '1:1 expected ": " after the key on this line'],
    ['a reserved sign', 'a: @x\n', '1:4 quote the value: it starts with @'],
    ['an unknown escape', 'a: "\\q"\n', '1:5 invalid escape sequence \\q; use single quotes'],
    ['a key that is a list', '? [a]\n: b\n', '1:3 keys must be text'],
    ['a comma too many', 'a: [1,,2]\n', '1:7 unexpected ,'],
    ['a bracket too many', 'a: ]\n', '1:4 unexpected ]'],
    ['another version of YAML', '%YAML 9\n---\na: 1\n', '1:7 invalid YAML directive'],
  ])('words %s itself, once', (_name, text, fault) => {
    expect(faults(text)).toEqual([`a.yaml:${fault}`]);
  });

  it('words every fault itself', () => {
    const yamlish = fc.stringMatching(/^[a-z:{}[\]\-&*!'" \n\t0-9.~#|>%?@]{0,60}$/);
    fc.assert(
      fc.property(yamlish, (text) => {
        for (const fault of read(text).faults) expect(fault.message).toMatch(/^[a-z]/);
      }),
      { numRuns: 500 },
    );
  });

  it('tells a key that stands there twice, and still reads the rest', () => {
    expect(faults('a: 1\nb: 2\na : 3\n')).toEqual(['a.yaml:3:1 duplicate key "a"']);
    const twice = read('a: 1\na: 2\n');
    expect([twice.value, twice.at(['a'])]).toEqual([{ a: 2 }, { line: 2, column: 4 }]);
  });

  it('refuses aliases that multiply without end', () => {
    const level = (n: number) =>
      `l${n}: &l${n} [${Array(12)
        .fill(`*l${n - 1}`)
        .join(', ')}]\n`;
    const bomb = `l0: &l0 [x]\n${[1, 2, 3, 4, 5].map(level).join('')}`;
    expect(faults(bomb)).toHaveLength(1);
  });

  it('reads an empty file as nothing, and words of YAML 1.1 as plain strings', () => {
    expect(read('').value).toBeNull();
    expect(read('').faults).toEqual([]);
    expect(read('a: no\nb: 22:22\n').value).toEqual({ a: 'no', b: '22:22' });
  });
});
