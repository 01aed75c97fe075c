import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLASS_DEFAULTS, CLASS_ROWS, TEXT_TYPES } from '../../../src/core/estimate/class-defaults.ts';
import { GGUF_ARCHITECTURES } from '../../../src/core/estimate/gguf-architectures.ts';

const PAGE = readFileSync('docs/memory.md', 'utf8');

/** Rows of the table below a heading, without its head. */
function rowsBelow(heading: string): readonly string[] {
  const section = PAGE.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section.split('\n').filter((line) => /^\| `(?!model_type|general)/.test(line));
}

function keys(values: object): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ');
}

describe('docs/memory.md', () => {
  it('[case N05] lists the defaults of every class', () => {
    const rows = CLASS_ROWS.map(
      ([type, name]) => `| \`${type}\` | ${name}Config | ${keys(CLASS_DEFAULTS.get(type) ?? {})} |`,
    );
    expect(rowsBelow('Defaults of classes')).toEqual(rows);
  });

  it('[case N05] lists the language model of every multimodal class', () => {
    const rows = Object.entries(TEXT_TYPES).map(([type, text]) => `| \`${type}\` | \`${text}\` |`);
    expect(rowsBelow('Language models of multimodal classes')).toEqual(rows);
  });

  it('[case N04] lists every architecture of GGUF files with windows or states', () => {
    const rows = Object.entries(GGUF_ARCHITECTURES).map(
      ([name, values]) => `| \`${name}\` | ${keys(values)} |`,
    );
    expect(rowsBelow('Architectures of GGUF files')).toEqual(rows);
  });
});
