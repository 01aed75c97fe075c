/** Characters of a token in an `Authorization` header: RFC 6750 2.1, and `:`, which some mirrors use. */
const TOKEN = /^[A-Za-z0-9._~+/:-]+=*$/;
const SEVERAL = 'it must contain exactly one token';
const QUOTES = /^["'`\u2018-\u201f]|["'`\u2018-\u201f]$/;

/**
 * Returns why a text, without the whitespace around it, cannot be the token of a hub, as `it …`; null if it can. Names
 * the usual mistakes in env files, whose quotes and comments some programs keep as part of the value. Never repeats the
 * text.
 */
export function tokenFault(text: string): string | null {
  if (QUOTES.test(text))
    return 'it is in quotes, which are not part of a token; some programs keep the quotes of env files';
  if (/^(bearer|token|authorization:)\s/i.test(text))
    return 'it starts with a header prefix such as "Bearer"';
  if (/^(export\s+)?[A-Z_]{4,}=/.test(text))
    return 'it contains an assignment; only the part after "=" is the token';
  if (/^\$[{(A-Z]/i.test(text)) return 'it is the name of a variable that was not expanded';
  if (/[\s\u200b-\u200d\u2060\ufeff]/.test(text))
    return `it contains whitespace, a line break or a comment; ${SEVERAL}`;
  if (/\\[rn]/.test(text)) return 'it contains a line break written as \\n';
  return TOKEN.test(text) ? null : `it contains a character that is invalid in a token; ${SEVERAL}`;
}
