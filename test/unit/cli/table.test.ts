import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth, truncate } from '../../../src/cli/render/display-width.ts';
import { printable } from '../../../src/cli/render/printable.ts';
import { type Column, renderTable } from '../../../src/cli/render/table.ts';
import { theme } from '../../helpers/cli/theme.ts';

interface Row {
  readonly name: string;
  readonly bytes: string;
}

const columns: readonly Column<Row>[] = [
  { title: 'NAME', value: ({ name }) => name },
  { title: 'BYTES', value: ({ bytes }) => bytes, align: 'right' },
];

describe('renderTable', () => {
  it('aligns columns, including wide and combining characters, and marks empty cells', () => {
    const rows = [
      { name: '模型', bytes: '5' },
      { name: 'cafe\u0301', bytes: '1234567' },
      { name: '', bytes: '' },
    ];
    expect(renderTable(columns, rows, theme()).split('\n')).toEqual([
      'NAME     BYTES',
      '模型         5',
      'cafe\u0301   1234567',
      '-            -',
    ]);
  });

  it('never writes a line wider than the terminal', () => {
    const row = fc.record({ name: fc.string({ unit: 'grapheme' }), bytes: fc.string() });
    fc.assert(
      fc.property(fc.array(row), fc.integer({ min: 1, max: 60 }), (rows, width) => {
        const lines = renderTable(columns, rows, theme({ columns: width })).split('\n');
        expect(lines).toHaveLength(rows.length + 1);
        expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('marks truncated text', () => {
    const line = renderTable(columns, [{ name: 'a-very-long-name', bytes: '1' }], theme({ columns: 12 }));
    expect(line.split('\n')[1]).toBe('a-very-long…');
  });
});

describe('a table with columns that may be left out', () => {
  const optional: readonly Column<Row>[] = [
    { title: 'NAME', value: ({ name }) => name },
    { title: 'KIND', value: () => 'chat', optional: true },
    { title: 'BYTES', value: ({ bytes }) => bytes, align: 'right' },
    { title: 'LICENSE', value: () => 'apache-2.0', optional: true },
    { title: 'REFERENCE', value: ({ name }) => `hf:org/${name}-instruct`, shorten: 'middle' },
  ];
  const titles = (columns: number | null) =>
    renderTable(optional, [{ name: 'llama', bytes: '1234567' }], theme({ columns }))
      .split('\n')[0]
      ?.split(/ {2,}/);

  it('leaves out the last ones first, and only as many as it must', () => {
    expect(titles(null)).toEqual(['NAME', 'KIND', 'BYTES', 'LICENSE', 'REFERENCE']);
    expect(titles(50)).toEqual(['NAME', 'KIND', 'BYTES', 'LICENSE', 'REFERENCE']);
    expect(titles(49)).toEqual(['NAME', 'KIND', 'BYTES', 'REFERENCE']);
    expect(titles(36)).toEqual(['NAME', 'BYTES', 'REFERENCE']);
    expect(titles(8)).toEqual(['NAME']);
  });

  it('prints the others whole where they fit', () => {
    const rows = [{ name: 'llama', bytes: '1234567' }];
    expect(renderTable(optional, rows, theme({ columns: 30 })).split('\n')).toEqual([
      'NAME      BYTES   REFERENCE',
      'llama   1234567   hf:…instruct',
    ]);
  });
});

describe('a table with columns that may be shortened', () => {
  const elastic: readonly Column<Row>[] = [
    { title: 'NAME', value: ({ name }) => name, shorten: 'middle' },
    { title: 'BYTES', value: ({ bytes }) => bytes, align: 'right' },
    { title: 'USERS', value: ({ bytes }) => `users-of-${bytes}`, shorten: 'end' },
  ];

  it('keeps the others whole, and both ends of a text that is shortened in the middle', () => {
    const rows = [{ name: 'hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF', bytes: '1234567' }];
    expect(renderTable(elastic, rows, theme({ columns: 48 })).split('\n')).toEqual([
      'NAME                    BYTES   USERS',
      'hf:Qwe…nstruct-GGUF   1234567   users-of-1234567',
    ]);
  });

  it('shortens nothing where there is space', () => {
    const rows = [{ name: 'hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF', bytes: '7' }];
    expect(renderTable(elastic, rows, theme({ columns: null }))).toContain(
      'hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF',
    );
  });

  it('never writes a line wider than the terminal', () => {
    const row = fc.record({ name: fc.string({ unit: 'grapheme', maxLength: 60 }), bytes: fc.string() });
    fc.assert(
      fc.property(fc.array(row), fc.integer({ min: 1, max: 90 }), (rows, width) => {
        const lines = renderTable(elastic, rows, theme({ columns: width })).split('\n');
        expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['模型', 4],
    ['👩‍👩‍👧', 2],
    ['e\u0301', 1],
    ['✔', 1],
    ['한글', 4],
    ['🇩🇪', 2],
    ['ｱ', 1],
    ['\u200b', 0],
    ['\u001b[31mred\u001b[39m', 3],
  ])('of %j is %d', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('truncate', () => {
  it('keeps what fits and cuts at character boundaries', () => {
    expect(truncate('abc', 3, '…')).toBe('abc');
    expect(truncate('模型x', 4, '…')).toBe('模…');
    expect(truncate('abcdef', 2, '...')).toBe('ab');
    expect(truncate('abcdef', null, '…')).toBe('abcdef');
  });
});

describe('printable', () => {
  it('removes control characters', () => {
    expect(printable('a\u001b[31mb\r\nc')).toBe('a [31mb c');
  });

  it.each([
    ...['\u00ad', '\u034f', '\u061c', '\u115f', '\u180e', '\u200b', '\u200d', '\u200e', '\u202e'],
    ...['\u2028', '\u2029', '\u2060', '\u2064', '\u2066', '\u3164', '\ufe0f', '\ufeff', '\uffa0'],
    ...['\ufff9', '\ud800', '\u{e0041}', '\u{e0100}', '\u{1d173}', '\u0085', '\u009b'],
  ])('[case G03] shows the invisible %j as a space', (character) => {
    expect(printable(`a${character}b`)).toBe('a b');
    expect(printable(character.repeat(1000))).toBe(' ');
  });

  it.each(['Qwen/Qwen2.5-0.5B', 'modèle', '模型', 'e\u0301', '😀', 'نموذج', '✓ → …'])('keeps %j', (text) => {
    expect(printable(text)).toBe(text);
  });
});
