import { redact } from '../redact.ts';

const NAME =
  '(?:token|secret|passw(?:or)?d|passphrase|(?:api|access|private)[_-]?key|_key|credentials?)["\']?';

/** A setting whose name ends like that of a secret, with a value; `token_file: PATH` is none. */
const ASSIGNED = new RegExp(`${NAME}\\s*[:=]\\s*["']?(?!["'\\s{[#]|true\\b|false\\b|null\\b)\\S{4,}`, 'i');

/** An argument whose name ends like that of a secret, with a value as the next argument. */
const PASSED = new RegExp(`--[\\w-]*${NAME}(?:,\\s*|\\s+)["']?(?!-)[^\\s"',\\]]{4,}`, 'i');

/** A comment in which more words follow a name and a plain word is prose; before it is the setting of the line. */
const PROSE = /^(.*?)((?:^|\s)#.*:\s+[a-z]+\s+\S.*)$/;

/** A line that ends with an argument or setting of a secret, whose value is in the next line. */
const OPEN = new RegExp(`(?:--[\\w-]*${NAME},?|${NAME}\\s*:(?:\\s*[|>][+-]?)?)\\s*$`, 'i');

/** A line that is only a value, as an item of a list or by itself. */
const VALUE = /^\s*(?:-\s+)?["']?(?!-)[^\s"':#[\]{}]{4,}["']?,?\s*$/;

/** A login without a password is none. */
const SSH_USER = /\bssh:\/\/[^\s:@/]+@/g;

/**
 * Returns the number of the first line of a file that has a secret; null without one. `known` are values of secrets, which
 * are recognized anywhere.
 */
export function secretLine(text: string, known: readonly string[]): number | null {
  const values = known.filter((value) => value !== '');
  const at = text.split('\n').findIndex((line, index, lines) => {
    const plain = line.replace(SSH_USER, '');
    const setting = PROSE.exec(plain)?.[1] ?? plain;
    const isNamed = ASSIGNED.test(setting) || PASSED.test(plain);
    const isOpen = OPEN.test(plain) && VALUE.test(lines[index + 1] ?? '');
    return redact(plain) !== plain || isNamed || isOpen || values.some((value) => plain.includes(value));
  });
  return at === -1 ? null : at + 1;
}
