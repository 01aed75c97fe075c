import { type ValuePath, valueAt } from '../schema/issue.ts';
import type { YamlDocument } from '../yaml/read-yaml.ts';
import { type CommandSource, type CommandWords, commandWords } from './command-words.ts';
import type { Placed } from './compose-model.ts';
import { withoutSecretValues } from './env-file.ts';
import { interpolate } from './interpolate.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What variables are filled in from. */
export interface ValueSources {
  readonly shell: Environment;
  readonly envFile: Environment;
  /** the same file, read without the shell */
  readonly envFileAlone: Environment;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The values of one Compose file, with variables and merge keys resolved. */
export class ComposeValues {
  /** names of variables without a value and without a default */
  readonly unset = new Set<string>();
  readonly #document: YamlDocument;
  readonly #value: unknown;
  /** as `#value`, without the variables of the shell */
  readonly #alone: unknown;
  readonly #lines: readonly string[];
  readonly #environment: Environment;
  /** as `#environment`, without the shell */
  readonly #fixed: Environment;
  readonly #shell: Environment;

  constructor(document: YamlDocument, text: string, { shell, envFile, envFileAlone }: ValueSources) {
    this.#document = document;
    this.#shell = shell;
    this.#environment = withoutSecretValues({ ...envFile, ...shell });
    this.#fixed = withoutSecretValues(envFileAlone);
    this.#alone = this.#resolved(document.value, (text) => interpolate(text, this.#fixed).text);
    this.#value = this.#resolved(document.value, (text) => this.#filled(text));
    this.#lines = text.split(/\r?\n/);
  }

  at(path: ValuePath): string {
    return this.#place(this.#document.at(path));
  }

  keyAt(path: ValuePath): string {
    return this.#place(this.#document.keyAt(path));
  }

  value(path: ValuePath): unknown {
    return valueAt(this.#value, path);
  }

  /** Returns whether variables of the shell contribute to a value. */
  isFromShell(path: ValuePath): boolean {
    return valueAt(this.#alone, path) !== this.value(path);
  }

  /** Returns the value of a variable that a service names without a value; null if it comes from the shell or is not set. */
  inherited(name: string): string | null {
    const value = this.#shell[name] === undefined ? this.#environment[name] : undefined;
    return value === this.#fixed[name] ? (value ?? null) : null;
  }

  /** Returns the keys of a mapping; empty for anything else. */
  keys(path: ValuePath): readonly string[] {
    const value = this.value(path);
    return isRecord(value) ? Object.keys(value) : [];
  }

  /** Returns a text or number as text; null for anything else. */
  text(path: ValuePath): Placed<string> | null {
    const value = this.value(path);
    const isText = typeof value === 'string' || typeof value === 'number';
    return isText ? { value: String(value), where: this.at(path) } : null;
  }

  /** Returns the length of a list; 0 for anything else. */
  length(path: ValuePath): number {
    const value = this.value(path);
    return Array.isArray(value) ? value.length : 0;
  }

  /** Returns the words of a command. */
  words(path: ValuePath): CommandWords {
    const { line, column } = this.#document.sourceOf(path);
    const items = Array.from({ length: this.length(path) }, (_, at) => this.at([...path, at]));
    const lines = this.#lines.map((text) => interpolate(text, this.#environment).text);
    const source: CommandSource = {
      value: this.value(path),
      file: this.#document.file,
      lines,
      line,
      column,
      items,
    };
    return commandWords(source);
  }

  #place({ line, column }: { readonly line: number; readonly column: number }): string {
    return `${this.#document.file}:${line}:${column}`;
  }

  #filled(text: string): string {
    const { text: filled, unset } = interpolate(text, this.#environment);
    for (const name of unset) this.unset.add(name);
    return filled;
  }

  #resolved(value: unknown, fill: (text: string) => string): unknown {
    if (typeof value === 'string') return fill(value);
    if (Array.isArray(value)) return value.map((item) => this.#resolved(item, fill));
    if (!isRecord(value)) return value;
    const all = Object.entries(withParents(value));
    return Object.fromEntries(all.map(([key, item]) => [key, this.#resolved(item, fill)]));
  }
}

/** Returns a mapping with the keys of those that it merges (`<<`), and of theirs. */
function withParents(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { '<<': inherited, ...own } = value;
  // the first one of a list takes precedence
  const parents = (Array.isArray(inherited) ? inherited.toReversed() : [inherited]).filter(isRecord);
  return Object.assign({}, ...parents.map(withParents), own);
}
