import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const CHECKOUT = join(import.meta.dirname, '../../..');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(CHECKOUT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const textOf = (page: string): string => readFileSync(join(CHECKOUT, page), 'utf8');

describe('relative links in the docs', () => {
  const links = PAGES.flatMap((page) =>
    [...textOf(page).matchAll(/\]\(([^)\s#]+)(#[^)\s]*)?\)/g)]
      .map(([, target = '']) => [page, target] as const)
      .filter(([, target]) => !/^[a-z]+:/.test(target)),
  );

  it('are found', () => expect(links.length).toBeGreaterThan(10));

  it.each(links)('%s: %s exists', (page, target) => {
    expect(existsSync(join(CHECKOUT, dirname(page), target))).toBe(true);
  });
});
