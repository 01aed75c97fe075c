import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALL_SETTINGS } from '../../../src/core/config/settings.ts';
import { EXIT } from '../../../src/core/errors.ts';

const CHECKOUT = join(import.meta.dirname, '../../..');
const PAGE = 'docs/errors.md';
const SOURCES = filesOf('src', '.ts')
  .filter(
    (file) =>
      !/^src\/core\/config\/((gpu|hub|kubernetes|kubernetes-storage|network)-)?settings\.ts$/.test(file),
  )
  .map(textOf);
const ROWS = [...textOf(PAGE).matchAll(/^\| `(RMA_[A-Z_]+)` \| ([^|]+) \|/gm)].map(
  ([, code = '', exit = '']) => ({ code, exit }),
);

describe(PAGE, () => {
  it('has exactly one row for each error code of rma', () => {
    const codes = new Set(SOURCES.flatMap(codesOf));
    expect(codes.size).toBeGreaterThan(50);
    expect(ROWS.map(({ code }) => code).toSorted()).toEqual([...codes].sort());
  });

  it('has the exit code of each error thrown with a fixed one', () => {
    const thrown = SOURCES.flatMap(thrownOf);
    const said = new Map(ROWS.map(({ code, exit }) => [code, exit]));
    expect(thrown.length).toBeGreaterThan(50);
    expect(thrown.filter(({ code, exit }) => said.get(code) !== String(exit))).toEqual([]);
  });
});

describe('the other pages', () => {
  const known = new Set([
    ...ROWS.map(({ code }) => code),
    ...ALL_SETTINGS.flatMap(({ env }) => env),
    ...SOURCES.flatMap((text) => [...text.matchAll(/\bRMA_[A-Z_]*[A-Z]\b/g)].map(([name]) => name)),
    ...filesOf('test', '.ts').flatMap((file) =>
      [...textOf(file).matchAll(/env\['(RMA_[A-Z_]+)'\]/g)].map(([, name = '']) => name),
    ),
  ]);

  it.each(['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...filesOf('docs', '.md')])(
    '%s refers only to existing codes and variables',
    (page) => {
      const named = [...textOf(page).matchAll(/\bRMA_[A-Z_]*[A-Z]\b(?!_)/g)].map(([name]) => name);
      expect(named.filter((name) => !known.has(name))).toEqual([]);
    },
  );
});

/** Returns the quoted error codes, without quoted names of environment variables. */
function codesOf(text: string): readonly string[] {
  const quoted = text.matchAll(/(?<!env\[|environment\[|environment: |setting\()'(RMA_[A-Z_]+)'/g);
  return [...quoted].map(([, code = '']) => code);
}

function thrownOf(text: string): readonly { readonly code: string; readonly exit: number }[] {
  return [...text.matchAll(/new RmaError\(\s*'(RMA_[A-Z_]+)'/g)].flatMap((match) => {
    const call = callAt(text, match.index + 'new RmaError'.length);
    const named = /exitCode: EXIT\.(\w+)/.exec(call)?.[1];
    if (named === undefined)
      return /exitCode/.test(call) ? [] : [{ code: match[1] ?? '', exit: EXIT.failed }];
    return [{ code: match[1] ?? '', exit: EXIT[named as keyof typeof EXIT] }];
  });
}

/** Returns the text from an opening parenthesis to the matching closing one. */
function callAt(text: string, start: number): string {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return text.slice(start, at);
  }
  return text.slice(start);
}

function filesOf(folder: string, end: string): readonly string[] {
  return readdirSync(join(CHECKOUT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .map((name) => `${folder}/${name}`)
    .sort();
}

function textOf(path: string): string {
  return readFileSync(join(CHECKOUT, path), 'utf8');
}
