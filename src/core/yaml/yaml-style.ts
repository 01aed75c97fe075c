import { type Document, isMap, isScalar, isSeq, type Node, type Pair, visit } from 'yaml';
import { escapeControls, hasControls } from '../control-characters.ts';

/** How keys are written, whatever their depth. */
export interface YamlStyle {
  /** lists on one line */
  readonly oneLine: ReadonlySet<string>;
  /** texts in double quotes: values that other parsers read as numbers or times */
  readonly quoted: ReadonlySet<string>;
  /** texts as a literal block */
  readonly literal: ReadonlySet<string>;
}

/** A number in YAML 1.2 and for Compose, a string in YAML 1.1. */
const OCTAL = /^[-+]?0o/i;

/** Returns the document as text that YAML 1.1 and 1.2 parse alike: ambiguous strings are quoted. */
export function styledText(document: Document, style: YamlStyle): string {
  visit(document, {
    Pair: (_key, pair) => {
      const { value } = pair;
      const name = keyOf(pair);
      if (isSeq(value)) value.flow = style.oneLine.has(name);
      if (style.quoted.has(name)) setType(isSeq(value) ? value.items : [value], 'QUOTE_DOUBLE');
      if (style.literal.has(name)) setType([value], 'BLOCK_LITERAL');
    },
    Scalar: (_key, scalar) => {
      const { type, value } = scalar;
      if (typeof value !== 'string' || type === 'BLOCK_LITERAL') return;
      if (OCTAL.test(value) || hasControls(value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return escapeControls(document.toString({ lineWidth: 0, flowCollectionPadding: false, indentSeq: true }));
}

/** Puts a comment above a node, one or more lines. */
export function setComment(node: Node, text: string): void {
  node.commentBefore = ` ${text.replaceAll('\n', '\n ')}`;
}

/** Returns the pairs of a mapping; none for any other node. */
export function pairsOf(node: unknown): readonly Pair[] {
  return isMap(node) ? node.items : [];
}

export function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : '';
}

function setType(nodes: readonly unknown[], type: 'QUOTE_DOUBLE' | 'BLOCK_LITERAL'): void {
  for (const node of nodes) if (isScalar(node)) node.type = type;
}
