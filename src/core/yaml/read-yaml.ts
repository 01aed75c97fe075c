import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLParseError,
  type YAMLWarning,
} from 'yaml';
import type { ValuePath } from '../schema/issue.ts';
import { syntaxMessage } from './syntax-message.ts';

/** A fault in a file of the user. Lines and columns start at 1. */
export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** the problem and the actual value */
  readonly message: string;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One YAML document as plain values, with the place of each. */
export interface YamlDocument {
  readonly file: string;
  /** null if the file is empty or has syntax faults; the last value of a duplicate key */
  readonly value: unknown;
  /** syntax faults, duplicate keys, several documents in one file */
  readonly faults: readonly Fault[];
  /** Returns the place of the value, or of its nearest existing parent. */
  at(path: ValuePath): Position;
  /** Returns the place of the key of the last step; for a list item, of the item. */
  keyAt(path: ValuePath): Position;
  /** As `at`, through aliases and merge keys (`<<`): the place of the text itself. */
  sourceOf(path: ValuePath): Position;
}

export interface YamlText {
  readonly text: string;
  /** shown in faults */
  readonly file: string;
}

/** Reads YAML 1.2 (core schema). Never throws; `faults` are in the order of the file, one for each place. */
export function readYaml({ text, file }: YamlText): YamlDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems: Problem[] = [
    ...[...firstOfEachLine(document.errors, position), ...document.warnings].map((problem) => ({
      offset: problem.pos[0],
      message: problemMessage(problem, text),
    })),
    ...gluedKey(document),
  ];
  const readable =
    document.warnings.length === 0 && document.errors.every(({ code }) => code === 'DUPLICATE_KEY');
  const aliases = readable ? [...unresolvedAliases(document), ...typeTags(document, text)] : [];
  problems.push(...aliases);
  const value = readable && aliases.length === 0 ? plainValue(document, problems) : null;
  const root = document.contents as Node | null;
  return {
    file,
    value,
    faults: firstOfEachPlace(problems)
      .sort((a, b) => a.offset - b.offset)
      .map(({ offset, message }) => ({ file, ...position(offset), message })),
    at: (path) => position(startOf(walk(root, path).node)),
    keyAt: (path) => {
      const { key, node } = walk(root, path);
      return position(startOf(key ?? node));
    },
    sourceOf: (path) => position(startOf(source(document, path))),
  };
}

interface Problem {
  readonly offset: number;
  readonly message: string;
}

function problemMessage({ code, message, pos }: YAMLParseError | YAMLWarning, text: string): string {
  const key = code === 'DUPLICATE_KEY' ? /^["']?([^"':\n]+)/.exec(text.slice(pos[0]))?.[1] : undefined;
  if (key !== undefined) return `duplicate key "${key.trim()}"`;
  return syntaxMessage(code, { message, text, offset: pos[0] });
}

function firstOfEachPlace(problems: readonly Problem[]): Problem[] {
  const offsets = problems.map(({ offset }) => offset);
  return problems.filter(({ offset }, index) => offsets.indexOf(offset) === index);
}

/** After a syntax error, more errors in its line follow from the first one. */
function firstOfEachLine(
  errors: readonly YAMLParseError[],
  position: (offset: number) => Position,
): readonly YAMLParseError[] {
  const lineOf = ({ pos }: YAMLParseError) => position(pos[0]).line;
  return errors.filter((error, index) => {
    const isFirst = errors.findIndex((other) => lineOf(other) === lineOf(error)) === index;
    return isFirst || error.code === 'DUPLICATE_KEY';
  });
}

/** `key:value` without a space is a text; as a whole file it is meant as a key. */
function gluedKey({ contents }: Document): Problem[] {
  const isGlued = isScalar(contents) && /^[\w.-]+:\S+$/.test(String(contents.value));
  return isGlued ? [{ offset: startOf(contents), message: 'missing space after ":"' }] : [];
}

const PLAIN_TAGS = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|seq|map)$/;

/** Tags of values that are not plain data, such as bytes and sets. */
function typeTags(document: Document, text: string): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Node: (_key, node) => {
      if (!('tag' in node) || node.tag === undefined || PLAIN_TAGS.test(node.tag)) return;
      const [tag = ''] = /!\S+(?:\s+&\S+)?\s*$/.exec(text.slice(0, startOf(node))) ?? [];
      const name = /^\S*/.exec(tag)?.[0] ?? '';
      problems.push({ offset: startOf(node) - tag.length, message: `tags are not supported: ${name}` });
    },
  });
  return problems;
}

/** Aliases without a value: their anchor does not exist, or they are part of its value. */
function unresolvedAliases(document: Document): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Alias: (_key, alias, parents) => {
      const anchored = alias.resolve(document);
      const name = alias.source;
      const message =
        anchored === undefined
          ? `unknown alias *${name}: no &${name} before it`
          : `alias *${name} is inside the value of &${name}: a value cannot contain itself`;
      if (anchored === undefined || parents.includes(anchored)) {
        problems.push({ offset: startOf(alias), message });
      }
    },
  });
  return problems;
}

/** Only this step of the library refuses aliases that expand to too many values. */
function plainValue(document: Document, problems: Problem[]): unknown {
  try {
    return document.toJS() ?? null;
  } catch {
    problems.push({
      offset: 0,
      message: syntaxMessage('RESOURCE_EXHAUSTION', { message: '', text: '', offset: 0 }),
    });
    return null;
  }
}

interface Found {
  readonly key: Node | null;
  readonly node: Node | null;
}

/** The node that the path names, or the last one on the way to it. */
function walk(root: Node | null, path: ValuePath): Found {
  let found: Found = { key: null, node: root };
  for (const step of path) {
    const next = child(found.node, step);
    if (next === null) return found;
    found = next;
  }
  return found;
}

function child(node: Node | null, step: string | number): Found | null {
  if (isSeq(node) && typeof step === 'number') {
    const item = node.items[step] as Node | undefined;
    return item === undefined ? null : { key: null, node: item };
  }
  if (!isMap(node)) return null;
  const pair = node.items.findLast(({ key }) => isScalar(key) && String(key.value) === String(step));
  if (pair === undefined) return null;
  const key = pair.key as Node;
  return { key, node: (pair.value as Node | null) ?? key };
}

/** The node that the path names with aliases and merge keys resolved, or the last one on the way to it. */
function source(document: Document, path: ValuePath): Node | null {
  let found = document.contents as Node | null;
  for (const step of path) {
    const next = inheritedChild(document, found, step);
    if (next === null) break;
    found = next;
  }
  return isAlias(found) ? (found.resolve(document) ?? found) : found;
}

function inheritedChild(document: Document, node: Node | null, step: string | number): Node | null {
  const parent = isAlias(node) ? (node.resolve(document) ?? null) : node;
  const own = child(parent, step)?.node ?? null;
  if (own !== null) return own;
  const merged = child(parent, '<<')?.node ?? null;
  const parents = isSeq(merged) ? (merged.items as Node[]) : [merged];
  for (const each of parents.filter((other) => other !== null)) {
    const inherited = inheritedChild(document, each, step);
    if (inherited !== null) return inherited;
  }
  return null;
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}
