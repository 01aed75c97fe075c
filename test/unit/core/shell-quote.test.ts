import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shell, shellQuote } from '../../../src/core/shell-quote.ts';

const SOURCES = join(import.meta.dirname, '../../../src');

/** Returns the words that bash parses from arguments. */
function bashWords(args: string): readonly string[] {
  const script = `printf '%s\\0' ${args}`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

describe('shellQuote', () => {
  it('makes bash read every word unchanged', () => {
    const special = fc.constantFrom(...`'"\\$\`!*?[]{}()<>|&;#~= \t\n\r-\u0007\u001b\u007f\u0085\u2028éж漢`);
    const word = fc.string({ unit: fc.oneof(special, fc.string({ unit: 'grapheme', maxLength: 1 })) });
    fc.assert(
      fc.property(fc.array(word.filter(isWord), { minLength: 1, maxLength: 200 }), (words) => {
        expect(bashWords(words.map(shellQuote).join(' '))).toEqual(words);
      }),
      { numRuns: 25 },
    );
  });

  it('escapes control characters', () => {
    expect(shellQuote('/data/a\nb\u001b[2J')).toBe(`$'/data/a\\012b\\033[2J'`);
    const anything = fc.string({ unit: 'binary' });
    fc.assert(fc.property(anything, (word) => !/[\p{Cc}\u2028\u2029]/u.test(shellQuote(word))));
  });

  it.each([
    ['/data/ai-models', '/data/ai-models'],
    ['host:/srv/a_b@c,d+e%f=1', 'host:/srv/a_b@c,d+e%f=1'],
    ['', "''"],
    ['=cmd', "'=cmd'"],
    ['~/models', "'~/models'"],
    ["/data/it's mine", `'/data/it'\\''s mine'`],
  ])('quotes %j as %s', (word, quoted) => {
    expect(shellQuote(word)).toBe(quoted);
  });
});

describe('shell', () => {
  it('quotes each value of a template as one word', () => {
    const path = "/data/it's; rm -rf ~";
    const command = shell`sudo chown -R ${1000}:${1000} ${path} && ls`;
    expect(bashWords(command.replace(/^sudo chown/, '').replace(/&& ls$/, ''))).toEqual([
      '-R',
      '1000:1000',
      path,
    ]);
  });
});

describe('commands shown to users', () => {
  it('contain no value quoted by hand', () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    const byHand = files.filter((file) => /'\$\{[^}]*\}'/.test(readFileSync(join(SOURCES, file), 'utf8')));
    expect(byHand).toEqual([]);
  });
});

/** Whether a string can be an argument: no NUL, and valid in UTF-8. */
function isWord(word: string): boolean {
  return !word.includes('\0') && !/\p{Cs}/u.test(word);
}
