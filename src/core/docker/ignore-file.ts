interface Pattern {
  readonly expression: RegExp;
  /** the line begins with `!`: paths that match are sent after all */
  readonly isException: boolean;
}

/** What `docker build` reads itself, whatever the patterns. */
const ALWAYS = new Set(['Dockerfile', '.dockerignore']);

/**
 * Returns whether a .dockerignore file excludes a path, relative to the build context. Format:
 * https://docs.docker.com/build/concepts/context/#dockerignore-files, with the patterns of Go's filepath.Match and `**`; the
 * last line that matches the path or one of its parents decides, as in moby/patternmatcher.
 */
export function readIgnoreFile(text: string): (path: string) => boolean {
  const patterns = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .flatMap(readPattern);
  return (path) => {
    if (ALWAYS.has(path)) return false;
    const parents = path.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/'));
    const last = patterns.findLast(({ expression }) => parents.some((each) => expression.test(each)));
    return last !== undefined && !last.isException;
  };
}

function readPattern(line: string): readonly Pattern[] {
  // `#` begins a comment only at the start of a line
  if (line.startsWith('#')) return [];
  const isException = line.trim().startsWith('!');
  const pattern = normalized(
    line
      .trim()
      .slice(isException ? 1 : 0)
      .trim(),
  );
  if (pattern === '') return [];
  return [{ expression: new RegExp(`^${expressionOf(pattern)}$`, 's'), isException }];
}

/** Removes what filepath.Clean does: empty and `.` parts, and those before `..`; a leading slash means the context too. */
function normalized(pattern: string): string {
  const parts: string[] = [];
  for (const part of pattern.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

const WILDCARDS: Readonly<Record<string, string>> = {
  '**/': '(?:.*/)?',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
};
/** A wildcard, an escaped character, a class, or any other character. */
const TOKEN = /\*\*\/|\*\*|\*|\?|\\.|\[\^?(?:\\.|[^\]\\])+\]|./gsu;
const CLASS = /^\[.+\]$/su;
const SPECIAL = /[.*+?^${}()|[\]\\/]/;

function expressionOf(pattern: string): string {
  return pattern.replace(TOKEN, (token) => WILDCARDS[token] ?? (CLASS.test(token) ? token : literal(token)));
}

function literal(token: string): string {
  const char = token.length > 1 && token.startsWith('\\') ? token.slice(1) : token;
  return SPECIAL.test(char) ? `\\${char}` : char;
}
