import { isSecretName } from '../profile/secret-name.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const SIMPLE = /^\$(?:\$|(?<name>[A-Za-z_]\w*))/;
const BRACED = /^(?<name>[A-Za-z_]\w*)(?:(?<operator>:?[-?+])(?<word>[\s\S]*))?$/;

/** A text with its variables filled in. */
export interface Interpolated {
  readonly text: string;
  /** names of variables without a value and without a default */
  readonly unset: readonly string[];
}

/**
 * Fills in `$NAME`, `${NAME}`, `${NAME:-default}` (also nested) and `$$` as Compose does. Instead of the default of a secret,
 * the text has a reference, as `withoutSecretValues` writes it.
 */
export function interpolate(text: string, environment: Environment): Interpolated {
  const unset: string[] = [];
  let filled = '';
  let rest = text;
  for (let at = rest.indexOf('$'); at >= 0; at = rest.indexOf('$')) {
    const found = variableAt(rest.slice(at));
    const value = found === null ? plain('$') : expanded(found, environment);
    filled += rest.slice(0, at) + value.text;
    unset.push(...value.unset);
    rest = rest.slice(at + (found?.length ?? 1));
  }
  return { text: filled + rest, unset };
}

interface Variable {
  /** characters in the text */
  readonly length: number;
  /** null: a literal `$` */
  readonly name: string | null;
  readonly operator: string;
  readonly word: string;
}

const OPENING = '${';

/** Returns the variable that the text starts with; null if it starts with none. */
function variableAt(text: string): Variable | null {
  const simple = SIMPLE.exec(text);
  if (simple !== null) {
    return { length: simple[0].length, name: simple.groups?.['name'] ?? null, operator: '', word: '' };
  }
  const end = text.startsWith(OPENING) ? closingBrace(text) : -1;
  const { name, operator = '', word = '' } = BRACED.exec(text.slice(2, Math.max(2, end)))?.groups ?? {};
  return name === undefined ? null : { length: end + 1, name, operator, word };
}

/** Returns where the brace that the text starts with is closed; -1 if it is not. */
function closingBrace(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text.startsWith(OPENING, at)) depth += 1;
    else if (text[at] === '}' && depth > 0) depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

function expanded({ name, operator, word }: Variable, environment: Environment): Interpolated {
  if (name === null) return plain('$');
  const value = environment[name];
  const isSet = value !== undefined && (value !== '' || !operator.startsWith(':'));
  if (operator.endsWith('+')) return isSet ? interpolate(word, environment) : plain('');
  if (isSet) return plain(value);
  // the default of a secret is one too
  if (operator.endsWith('-') && word !== '' && isSecretName(name)) return plain(`\${${name}}`);
  if (operator.endsWith('-')) return interpolate(word, environment);
  return { text: '', unset: [name] };
}

function plain(text: string): Interpolated {
  return { text, unset: [] };
}
