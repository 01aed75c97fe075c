import { Document, isMap, isScalar, isSeq, type Node, type Pair, visit } from 'yaml';
import { escapeControls, hasControls } from '../control-characters.ts';
import type { RenderInput } from './render-input.ts';
import type { ComposeMapping, ComposeValue, ServiceDraft } from './service-draft.ts';

const SECTION_COMMENTS: Readonly<Record<string, string>> = {
  networks: 'By the label `rma down` knows the network that it may take away.',
  volumes:
    'Models stay here when the services go. Only `docker compose down --volumes` or `docker volume rm` deletes them.',
  configs: 'What each worker fetches and checks: every file with its bytes and its hash.',
  secrets: 'Copies of the tokens. Their values are nowhere else: not in this file, not in `docker inspect`.',
};

const ONE_LINE = new Set(['cap_drop', 'security_opt', 'test']);
const QUOTED = new Set(['ports', 'user', 'test']);
/** Octal to readers of YAML 1.2 and to Compose, text to those of 1.1. */
const OCTAL = /^[-+]?0o/i;

/** The tree as commented YAML. Strings that YAML 1.1 reads as something else are quoted. */
export function writeYaml(tree: ComposeMapping, input: RenderInput, drafts: readonly ServiceDraft[]): string {
  const document = new Document(escapeDollars(tree), { version: '1.1', aliasDuplicateObjects: false });
  const comments = new Map(drafts.map(({ name, comment }) => [name, comment]));
  for (const pair of pairsOf(document.contents)) {
    separate(pair, SECTION_COMMENTS[keyOf(pair)], keyOf(pair) !== 'name');
    if (keyOf(pair) !== 'services') continue;
    pairsOf(pair.value).forEach((service, index) => {
      separate(service, comments.get(keyOf(service)), index > 0);
    });
  }
  setStyles(document);
  document.commentBefore = header(input);
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false, indentSeq: true });
  return escapeControls(text);
}

/** Compose takes `$` as the start of a variable; `$$` is a dollar. */
function escapeDollars(value: ComposeValue): ComposeValue {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (Array.isArray(value)) return value.map(escapeDollars);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escapeDollars(item)]));
}

function header({ version, config }: RenderInput): string {
  return [
    ` Made by rma ${version} for the project ${config.project}. Changes made here are lost with the next \`rma up\`.`,
    ' To change it: edit rma.yaml or give flags, then run `rma up`.',
    ` To use it without rma: docker compose -f ${shellWord(`${config.stateDir}/compose.yaml`)} up -d`,
  ].join('\n');
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Short lists go on one line; what looks like a number or a time to other readers is quoted. */
function setStyles(document: Document): void {
  visit(document, {
    Pair: (_key, pair) => {
      const { value } = pair;
      const name = keyOf(pair);
      if (isSeq(value)) value.flow = ONE_LINE.has(name);
      if (QUOTED.has(name)) setType(isSeq(value) ? value.items : [value], 'QUOTE_DOUBLE');
      if (name === 'content') setType([value], 'BLOCK_LITERAL');
    },
    Scalar: (_key, scalar) => {
      const { type, value } = scalar;
      if (typeof value !== 'string' || type === 'BLOCK_LITERAL') return;
      if (OCTAL.test(value) || hasControls(value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
}

function setType(nodes: readonly unknown[], type: 'QUOTE_DOUBLE' | 'BLOCK_LITERAL'): void {
  for (const node of nodes) if (isScalar(node)) node.type = type;
}

function separate(pair: Pair, comment: string | undefined, blank: boolean): void {
  const key = pair.key as Node;
  if (comment !== undefined) key.commentBefore = ` ${comment.replaceAll('\n', '\n ')}`;
  key.spaceBefore = blank;
}

function pairsOf(node: unknown): Pair[] {
  return isMap(node) ? node.items : [];
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : '';
}
