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

describe('relative links of the documents', () => {
  const links = PAGES.flatMap((page) =>
    [...textOf(page).matchAll(/\]\(([^)\s#]+)(#[^)\s]*)?\)/g)]
      .map(([, target = '']) => [page, target] as const)
      .filter(([, target]) => !/^[a-z]+:/.test(target)),
  );

  it('there are some', () => expect(links.length).toBeGreaterThan(10));

  it.each(links)('%s: %s is there', (page, target) => {
    expect(existsSync(join(CHECKOUT, dirname(page), target))).toBe(true);
  });
});

describe('command lines of rma in the documents', () => {
  const lines = PAGES.flatMap((page) => commandsOf(textOf(page)).map((line) => [page, line] as const));

  it('there are some', () => expect(lines.length).toBeGreaterThan(10));

  it.each(lines)('%s: %s is understood', (_, line) => {
    const { kind } = parseCommandLine(words(line).slice(1), COMMAND_TABLE);
    expect(kind).not.toBe('incomplete');
  });
});

/** Lines of code blocks that call rma, after a prompt or bare, and inline code that does. Words in capitals stand for something else. */
function commandsOf(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^```(?:sh)?\n(.*?)^```/gms)].flatMap(([, body = '']) => body.split('\n'));
  const inline = [...text.replace(/^```.*?^```/gms, '').matchAll(/`(rma [^`]+)`/g)].map(
    ([, code = '']) => code,
  );
  const lines = [...blocks.map((line) => line.replace(/^(\$|next:) /, '')), ...inline];
  return lines
    .filter((line) => /^rma (?!\.)[a-z-]/.test(line) && !/^rma {2,}/.test(line))
    .map((line) => line.replace(/\s+(#|&&|\||\().*$/, '').trimEnd())
    .filter((line) => !/\bCOMMAND\b|…/.test(line));
}

/** The words of a command line as a shell splits it, quotes taken away. */
function words(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
}
