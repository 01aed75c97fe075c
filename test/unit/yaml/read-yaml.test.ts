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
    ['two documents', 'a: 1\n---\nb: 2\n', 'a.yaml:2:1 one file holds one document'],
    ['an alias without anchor', 'a: 1\nb: *x\n', 'a.yaml:2:4 no anchor &x before this alias'],
    ['an unknown tag', 'a: !js 1\n', 'a.yaml:1:4 Unresolved tag: !js'],
    ['a tab as indentation', 'a:\n\tb: 1\n', 'a.yaml:2:1 Tabs are not allowed as indentation'],
  ])('tells %s with its place', (_name, text, fault) => {
    expect(faults(text)).toContain(fault);
    expect(read(text).value).toBeNull();
  });

  it('tells a key that stands there twice, and still reads the rest', () => {
    expect(faults('a: 1\nb: 2\na : 3\n')).toEqual(['a.yaml:3:1 "a" is given twice']);
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
