import {
  type Document,
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

/** A fault in a file that a person wrote. Lines and columns count from 1. */
export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** what is wrong, with the value seen */
  readonly message: string;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Keys and list indexes from the top of the document. */
export type YamlPath = readonly (string | number)[];

/** One YAML document as plain values that still know where they stood. */
export interface YamlDocument {
  readonly file: string;
  /** null when the file is empty or has syntax faults; of a key that stands there twice, the last value */
  readonly value: unknown;
  /** syntax faults, duplicate keys, several documents in one file */
  readonly faults: readonly Fault[];
  /** Where the value stands; of something absent, where the nearest parent stands. */
  at(path: YamlPath): Position;
  /** Where the key of the last step stands; the value's place for a list item. */
  keyAt(path: YamlPath): Position;
}

export interface YamlText {
  readonly text: string;
  /** shown in faults */
  readonly file: string;
}

/** Reads YAML 1.2 (core schema). Never throws: what is wrong stands in `faults`, in the order of the file. */
export function readYaml({ text, file }: YamlText): YamlDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems: Problem[] = [...document.errors, ...document.warnings].map((problem) => ({
    offset: problem.pos[0],
    message: problemMessage(problem, text),
  }));
  const readable =
    document.warnings.length === 0 && document.errors.every(({ code }) => code === 'DUPLICATE_KEY');
  const aliases = readable ? unresolvedAliases(document) : [];
  problems.push(...aliases);
  const value = readable && aliases.length === 0 ? plainValue(document, problems) : null;
  const root = document.contents as Node | null;
  return {
    file,
    value,
    faults: problems
      .sort((a, b) => a.offset - b.offset)
      .map(({ offset, message }) => ({ file, ...position(offset), message })),
    at: (path) => position(startOf(walk(root, path).node)),
    keyAt: (path) => {
      const { key, node } = walk(root, path);
      return position(startOf(key ?? node));
    },
  };
}

interface Problem {
  readonly offset: number;
  readonly message: string;
}

function problemMessage({ code, message, pos }: YAMLParseError | YAMLWarning, text: string): string {
  if (code === 'MULTIPLE_DOCS') return 'one file holds one document';
  const key = code === 'DUPLICATE_KEY' ? /^["']?([^"':\n]+)/.exec(text.slice(pos[0]))?.[1] : undefined;
  return key === undefined ? message : `"${key.trim()}" is given twice`;
}

function unresolvedAliases(document: Document): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) !== undefined) return;
      problems.push({ offset: startOf(alias), message: `no anchor &${alias.source} before this alias` });
    },
  });
  return problems;
}

/** Aliases that multiply beyond the library's limit are refused here and not before. */
function plainValue(document: Document, problems: Problem[]): unknown {
  try {
    return document.toJS() ?? null;
  } catch (error) {
    problems.push({ offset: 0, message: error instanceof Error ? error.message : String(error) });
    return null;
  }
}

interface Found {
  readonly key: Node | null;
  readonly node: Node | null;
}

/** The node that the path names, or the last one on the way to it. */
function walk(root: Node | null, path: YamlPath): Found {
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

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}
