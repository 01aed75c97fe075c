import { redact } from '../redact.ts';

/** A setting whose name ends like that of a secret, with a value; `token_file: PATH` is none. */
const ASSIGNED =
  /(?:token|secret|passw(?:or)?d|api[_-]?key|credentials?)["']?\s*[:=]\s*["']?(?!["'\s{[#]|true\b|false\b|null\b)\S{4,}/i;

/** A login without a password is none. */
const SSH_USER = /\bssh:\/\/[^\s:@/]+@/g;

/**
 * Returns the number of the first line of a file that has a secret; null without one. `known` are values of secrets, which
 * are recognized anywhere.
 */
export function secretLine(text: string, known: readonly string[]): number | null {
  const values = known.filter((value) => value !== '');
  const at = text.split('\n').findIndex((line) => {
    const plain = line.replace(SSH_USER, '');
    return redact(plain) !== plain || ASSIGNED.test(plain) || values.some((value) => plain.includes(value));
  });
  return at === -1 ? null : at + 1;
}
