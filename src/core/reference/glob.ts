type Token =
  | { readonly kind: 'literal'; readonly char: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | {
      readonly kind: 'set';
      readonly negated: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    };

/**
 * Returns whether a path matches a pattern, with the rules of the hub's own tools (`fnmatch`): `*` and `**` match any
 * characters including `/`, `?` one, `[a-z]` and `[!a-z]` one of a set; a pattern that ends in `/` matches the whole
 * directory. Case-sensitive. Run time is bounded by the product of both lengths.
 */
export function matchGlob(pattern: string, path: string): boolean {
  const tokens = tokenize(pattern.endsWith('/') ? `${pattern}*` : pattern);
  const chars = [...path];
  let token = 0;
  let char = 0;
  let star = -1;
  let resume = 0;
  while (char < chars.length) {
    const current = tokens[token];
    if (current?.kind === 'star') {
      star = token;
      resume = char;
      token += 1;
    } else if (current !== undefined && matches(current, chars[char] ?? '')) {
      token += 1;
      char += 1;
    } else if (star >= 0) {
      resume += 1;
      char = resume;
      token = star + 1;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest.kind === 'star');
}

function matches(token: Token, char: string): boolean {
  if (token.kind === 'literal') return token.char === char;
  if (token.kind === 'any') return true;
  if (token.kind === 'star') return false;
  return token.ranges.some(([from, to]) => from <= char && char <= to) !== token.negated;
}

function tokenize(pattern: string): readonly Token[] {
  const chars = [...pattern];
  const tokens: Token[] = [];
  let at = 0;
  while (at < chars.length) {
    const char = chars[at] ?? '';
    const close = char === '[' ? closingBracket(chars, at) : -1;
    if (close > 0) {
      tokens.push(charSet(chars.slice(at + 1, close)));
      at = close;
    } else if (char === '*') {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
    } else {
      tokens.push(char === '?' ? { kind: 'any' } : { kind: 'literal', char });
    }
    at += 1;
  }
  return tokens;
}

/** Returns the index of the `]` that closes the set opened at `open`, or -1: then the bracket is a literal. */
export function closingBracket(chars: readonly string[], open: number): number {
  const first = chars[open + 1] === '!' ? open + 2 : open + 1;
  return chars.indexOf(']', first + 1);
}

function charSet(body: readonly string[]): Token {
  const negated = body[0] === '!';
  const items = negated ? body.slice(1) : body;
  const ranges: [string, string][] = [];
  for (let at = 0; at < items.length; at += 1) {
    const from = items[at] ?? '';
    const to = items[at + 2];
    if (items[at + 1] === '-' && to !== undefined) {
      ranges.push([from, to]);
      at += 2;
    } else {
      ranges.push([from, from]);
    }
  }
  return { kind: 'set', negated, ranges };
}
