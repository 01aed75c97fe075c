import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const STORE = 'src/adapters/store';

/** Modules of the store that may use the file system, and what each imports. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'disk/boot-id.ts': ['readFileSync'],
  'disk/disk.ts': ['* as fs'],
  'disk/open-plain.ts': ['closeSync', 'fstatSync', 'lstat', 'lstatSync', 'open', 'openSync', 'readFileSync'],
  'disk/same-file-system.ts': ['readFileSync', 'statSync', 'statfs'],
  'disk/store-guard.ts': ['lstatSync', 'readdirSync', 'readlinkSync', 'realpathSync'],
};

/** The program of a thread is a text, which cannot import: it reads from descriptors that the guard has opened. */
const LOADED: Readonly<Record<string, readonly string[]>> = {
  'transfer/hash-worker.ts': [
    "require('node:crypto').createHash",
    "require('node:fs').readSync",
    "require('node:worker_threads').parentPort",
  ],
};

/** Returns the values that a module imports from `node:fs` and `node:fs/promises`; types and constants open nothing. */
function fileSystemImports(source: string): readonly string[] {
  const imports = [...source.matchAll(/import (type )?([^;]*?) from '(?:node:)?fs(?:\/promises)?';/g)];
  const names = imports.flatMap(([, type, clause = '']) => {
    if (type !== undefined) return [];
    const list = /^\{(.*)\}$/s.exec(clause.trim())?.[1];
    return list === undefined ? [clause.trim()] : list.split(',').map((name) => name.trim());
  });
  return names.filter((name) => name !== '' && name !== 'constants' && !name.startsWith('type ')).sort();
}

describe('the adapters of the store', () => {
  const files = readdirSync(STORE, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const sources = files.map((name) => ({ name, source: readFileSync(join(STORE, name), 'utf8') }));

  it('[case A02] [case A03] use the file system through their guard only', () => {
    const found = sources.map(({ name, source }) => [name, fileSystemImports(source)] as const);
    expect(Object.fromEntries(found.filter(([, names]) => names.length > 0))).toEqual(ALLOWED);
  });

  it('[case A02] do not load the file system in other ways', () => {
    const found = sources.map(
      ({ name, source }) =>
        [
          name,
          source.match(/(\brequire\(|\bimport\(|process\.binding|getBuiltinModule)[\w':.)]*/g) ?? [],
        ] as const,
    );
    const loaded = found
      .filter(([, texts]) => texts.length > 0)
      .map(([name, texts]) => [name, texts.toSorted()]);
    expect(Object.fromEntries(loaded)).toEqual(LOADED);
  });

  it('[case A02] open files without following links and without waiting', () => {
    const source = readFileSync(join(STORE, 'disk/open-plain.ts'), 'utf8');
    const opens = [...source.matchAll(/await open\((.*)\);|openSync\((.*)\);/g)].map(([text]) => text);
    expect(opens).toHaveLength(2);
    for (const text of opens) expect(text).toContain('| SAFE');
    expect(source).toContain('const SAFE = constants.O_NONBLOCK | constants.O_NOFOLLOW;\n');
  });
});
