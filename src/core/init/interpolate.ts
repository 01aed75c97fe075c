type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLE = /\$(?:\$|\{[A-Za-z_]\w*(?::?[-?+][^}]*)?\}|[A-Za-z_]\w*)/g;
const REFERENCE = /^\$\{?(?<name>\w+)(?:(?<operator>:?[-?+])(?<word>[^}]*))?\}?$/;

/** A text with its variables filled in. */
export interface Interpolated {
  readonly text: string;
  /** names of variables without a value and without a default */
  readonly unset: readonly string[];
}

/** Fills in `$NAME`, `${NAME}`, `${NAME:-default}` and `$$` as Compose does. */
export function interpolate(text: string, environment: Environment): Interpolated {
  const unset: string[] = [];
  const filled = text.replace(VARIABLE, (found) => {
    if (found === '$$') return '$';
    const { name = '', operator = '', word = '' } = REFERENCE.exec(found)?.groups ?? {};
    const value = environment[name];
    const isSet = value !== undefined && (value !== '' || !operator.startsWith(':'));
    if (operator.endsWith('+')) return isSet ? word : '';
    if (isSet) return value;
    if (operator.endsWith('-')) return word;
    unset.push(name);
    return '';
  });
  return { text: filled, unset };
}
