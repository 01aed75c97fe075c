import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMAND_TABLE } from '../../../src/cli/commands.ts';
import { parseCommandLine } from '../../../src/cli/program.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Returns the commands of rma in a page: in code of a line, and in lines of code blocks. */
function commandsOf(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, block = '']) => block);
  const prose = text.replaceAll(/^```\w*\n.*?^```$/gms, '');
  const lines = blocks.flatMap((block) => block.replaceAll(/\\\n\s*/g, ' ').split('\n'));
  const codes = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return [
    ...lines.filter((line) => LINE.test(line)).map((line) => line.replace(LINE, 'rma ')),
    ...codes.filter((code) => /^(?:sudo )?rma [a-z-]/.test(code)).map((code) => code.replace(/^sudo /, '')),
  ].flatMap((line) => line.split(/ (?:\||&&) |; /).flatMap(ofRma));
}

/** A command, after a prompt, a schedule of cron or the name of a suggestion. */
const LINE = /^(?:\$ |next: |\s*hint: [^`]*?: |[\d*/, -]+ )?(?:sudo )?rma (?=[a-z-])/;

/** Returns the command of rma in a part of a line: itself, or what a shell on another machine runs. */
function ofRma(part: string): readonly string[] {
  const command = part.trim().replace(/^ssh \S+ /, '');
  return command.startsWith('rma ') ? [command] : [];
}

/** Splits a command as a shell does, without comments and redirections; `[OPTIONAL]` is its content. */
function wordsOf(command: string): readonly string[] {
  const [text = ''] = command.split(/\s+(?:#|\d?>)/);
  const words = [...text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word);
  return words.slice(1).map((word) => word.replaceAll(/["']|^\[|\]?\.\.\.$|\]$/g, ''));
}

describe('commands in the docs', () => {
  const commands = PAGES.flatMap((page) =>
    [...new Set(commandsOf(readFileSync(join(ROOT, page), 'utf8')))].map((command) => [page, command]),
  );

  it.each(commands)('of %s exist with their options and arguments: %s', (_, command = '') => {
    expect(parseCommandLine(wordsOf(command), COMMAND_TABLE).kind).not.toBe('incomplete');
  });

  it('are found', () => expect(commands.length).toBeGreaterThan(200));
});

it('finds commands in code blocks and in lines', () => {
  const text = [
    'Run `rma up --profile NAME` or `sudo rma boot install`, not `rmar up`.',
    '```sh',
    '$ rma models ls --stored   # a comment',
    '0 3 * * * rma cache prune',
    'rma models bundle export - | ssh box rma models bundle import -',
    'rma-models',
    '```',
  ].join('\n');
  expect(commandsOf(text)).toEqual([
    'rma models ls --stored   # a comment',
    'rma cache prune',
    'rma models bundle export -',
    'rma models bundle import -',
    'rma up --profile NAME',
    'rma boot install',
  ]);
});

it.each(['rma models lst', 'rma models ls --nope', 'rma models du extra'])('rejects %s', (command) => {
  expect(() => parseCommandLine(wordsOf(command), COMMAND_TABLE)).toThrow();
});
