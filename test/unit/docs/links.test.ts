import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMAND_TABLE } from '../../../src/cli/commands.ts';
import { parseCommandLine } from '../../../src/cli/program.ts';

const CHECKOUT = join(import.meta.dirname, '../../..');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(CHECKOUT, 'docs')).map((name) => `docs/${name}`),
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

describe('rma command lines in the docs', () => {
  const lines = PAGES.flatMap((page) => commandsOf(textOf(page)).map((line) => [page, line] as const));

  it('are found', () => expect(lines.length).toBeGreaterThan(10));

  it.each(lines)('%s: %s is valid', (_, line) => {
    const { kind } = parseCommandLine(words(line).slice(1), COMMAND_TABLE);
    expect(kind).not.toBe('incomplete');
  });
});

/** Returns rma commands in code blocks and inline code. Uppercase words are placeholders. */
function commandsOf(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```/gms)].flatMap(([, language = '', body = '']) =>
    ['', 'sh'].includes(language) ? body.split('\n') : [],
  );
  const inline = [...text.replace(/^```.*?^```/gms, '').matchAll(/`(rma [^`]+)`/g)].map(
    ([, code = '']) => code,
  );
  const lines = [...blocks.map((line) => line.replace(/^(\$|next:) /, '')), ...inline];
  return lines
    .filter((line) => /^rma (?!\.)[a-z-]/.test(line) && !/^rma {2,}/.test(line))
    .map((line) => line.replace(/\s+(#|&&|\||\().*$/, '').trimEnd())
    .filter((line) => !/\bCOMMAND\b|…/.test(line));
}

/** Splits a command line like a shell and removes quotes. */
function words(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
}
