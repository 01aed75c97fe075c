import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const CHECKOUT = join(import.meta.dirname, '../../..');
const PAGES = [
  ['req', 'docs/requirements.md'],
  ['fail', 'docs/failures.md'],
] as const;

describe.each(PAGES)('the tags [%s …] of tests', (kind, page) => {
  it(`each have one row in ${page}, and each row has a test`, () => {
    const rows = rowsOf(page);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows).toEqual([...new Set(rows)]);
    expect(rows.toSorted()).toEqual([...tagsOf(kind)].sort());
  });
});

function rowsOf(page: string): readonly string[] {
  const text = readFileSync(join(CHECKOUT, page), 'utf8');
  return [...text.matchAll(/^\| ([A-Z]\d+) \|/gm)].map(([, row = '']) => row);
}

function tagsOf(kind: 'req' | 'fail'): ReadonlySet<string> {
  const files = readdirSync(join(CHECKOUT, 'test'), { recursive: true, encoding: 'utf8' });
  const texts = files
    .filter((file) => file.endsWith('.test.ts') && !file.startsWith('unit/docs/'))
    .map((file) => readFileSync(join(CHECKOUT, 'test', file), 'utf8'));
  const found = texts.flatMap((text) => [...text.matchAll(/\[(req|fail) ([^\]]+)\]/g)]);
  // a row can hold on Kubernetes too: [req D01 K8s]
  const ofKind = found.filter(([, word]) => word === kind);
  return new Set(ofKind.map(([, , tag = '']) => tag.replace(/ K8s$/, '')));
}
