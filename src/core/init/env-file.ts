import { isSecretName } from '../profile/secret-name.ts';
import type { Notice } from './compose-model.ts';
import { interpolate } from './interpolate.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What variables of Compose files are filled in from. */
export interface ComposeEnvironment {
  /** of the caller; takes precedence over the file */
  readonly shell: Environment;
  /** the `.env` file next to the first Compose file; null: none */
  readonly envFile: { readonly text: string; readonly file: string } | null;
}

/** The variables of a `.env` file, and a notice for each line that is not an assignment. */
export interface EnvFile {
  readonly variables: Environment;
  readonly notices: readonly Notice[];
}

const ASSIGNMENT =
  /^[ \t]*(?:export[ \t]+)?(?<name>[A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*(?:'(?<literal>[^']*)'|"(?<quoted>(?:[^"\\]|\\[\s\S])*)"|(?<plain>[^\r\n]*))/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/**
 * Parses a `.env` file as Compose does: quotes, comments, `export`, and variables of the shell and of earlier lines. A secret
 * in another value is a reference, as `withoutSecretValues` writes it.
 * Format: https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/
 */
export function parseEnvFile({ envFile, shell }: ComposeEnvironment): EnvFile {
  const variables: Record<string, string> = {};
  const notices: Notice[] = [];
  const file = envFile?.file ?? '';
  // also in values of several lines
  const text = (envFile?.text ?? '').replaceAll('\r\n', '\n');
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    const line = /^[^\n]*\n?/.exec(rest)?.[0] ?? rest;
    const found = /^\s*(?:#|$)/.test(line) ? null : ASSIGNMENT.exec(rest);
    const { name, literal, quoted, plain = '' } = found?.groups ?? {};
    const fill = (value: string): string =>
      interpolate(value, withoutSecretValues({ ...variables, ...shell })).text;
    if (name !== undefined) variables[name] = literal ?? fill(unescaped(quoted) ?? uncommented(plain));
    else if (!/^\s*(?:#|$)/.test(line)) notices.push(notAssigned(file, text.slice(0, at)));
    at += found === null ? line.length : found[0].length + afterValue(rest.slice(found[0].length));
  }
  return { variables, notices };
}

/** Returns the variables with references instead of the values of secrets, so that no secret is written to a file. */
export function withoutSecretValues(variables: Environment): Environment {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      value !== undefined && value !== '' && isSecretName(name) ? `\${${name}}` : value,
    ]),
  );
}

/** Returns whether a text contains a reference to a secret variable, as `withoutSecretValues` writes it. */
export function refersToSecret(text: string): boolean {
  return [...text.matchAll(/\$\{(\w+)\}/g)].some(([, name = '']) => isSecretName(name));
}

function unescaped(quoted: string | undefined): string | undefined {
  return quoted?.replace(
    /\\([\s\S])/g,
    (pair, letter: string) => ESCAPES[letter] ?? (letter === '$' ? '$$' : pair.slice(1)),
  );
}

function uncommented(plain: string): string {
  return plain.replace(/(?:^|\s)#.*$/, '').trim();
}

/** The rest of the line after a value in quotes is a comment. */
function afterValue(rest: string): number {
  return /^[^\n]*\n?/.exec(rest)?.[0].length ?? 0;
}

function notAssigned(file: string, before: string): Notice {
  const line = before.split('\n').length;
  return { kind: 'note', where: `${file}:${line}:1`, message: 'not NAME=VALUE; ignored' };
}
