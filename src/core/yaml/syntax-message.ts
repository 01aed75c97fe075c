import type { ErrorCode } from 'yaml';
import { extraBlockMessage, indentationMessage } from './indentation.ts';

const KEY = 'expected ": " after the key on this line';
const ANCHOR = 'invalid anchor or alias';

/** What the library reports: its message, and where in the text of the file. */
interface Report {
  readonly message: string;
  readonly text: string;
  readonly offset: number;
}

/** A text, or one that depends on the report. */
type Wording = string | ((report: Report) => string);

const WORDINGS: Readonly<Record<ErrorCode, Wording>> = {
  ALIAS_PROPS: ANCHOR,
  BAD_ALIAS: ANCHOR,
  BAD_COLLECTION_TYPE: 'the tag does not match the value',
  BAD_DIRECTIVE: 'invalid YAML directive',
  BAD_DQ_ESCAPE: ({ message }) =>
    `invalid escape sequence ${/\\.*$/.exec(message)?.[0] ?? ''}; use single quotes`,
  BAD_INDENT: ({ message, text, offset }) => missingEnd(message) ?? indentationMessage(text, offset),
  BAD_PROP_ORDER: ANCHOR,
  BAD_SCALAR_START: ({ message }) => `quote the value: it starts with ${message.slice(-1)}`,
  BLOCK_AS_IMPLICIT_KEY: ({ message, text, offset }) =>
    message.startsWith('A block sequence')
      ? indentationMessage(text, offset)
      : (extraBlockMessage(text, offset) ?? 'quote the value: it contains ": "'),
  BLOCK_IN_FLOW: 'lists and mappings inside [] or {} must use [] or {}, too',
  DUPLICATE_KEY: 'duplicate key',
  IMPOSSIBLE: 'invalid YAML',
  KEY_OVER_1024_CHARS: 'the key is longer than 1024 characters',
  MISSING_CHAR: ({ message }) => missingCharacter(message),
  MULTILINE_IMPLICIT_KEY: KEY,
  MULTIPLE_ANCHORS: ANCHOR,
  MULTIPLE_DOCS: 'a file must contain one document',
  MULTIPLE_TAGS: 'a value can have one tag only',
  NON_STRING_KEY: 'keys must be strings',
  RESOURCE_EXHAUSTION: 'the aliases expand to too many values',
  TAB_AS_INDENT: 'tabs are not allowed as indentation; use spaces',
  TAG_RESOLVE_FAILED: ({ text, offset }) =>
    `tags are not supported: ${/^\S+/.exec(text.slice(offset))?.[0] ?? ''}`,
  UNEXPECTED_TOKEN: ({ message }) => unexpected(message),
};

/** Returns rma's message for an error code of the YAML library. */
export function syntaxMessage(code: ErrorCode, report: Report): string {
  const wording = WORDINGS[code];
  return typeof wording === 'string' ? wording : wording(report);
}

function unexpected(message: string): string {
  if (message.includes('on same line with key'))
    return 'start the list on the next line, or write it as [a, b]';
  if (message.includes('scalar at node end')) return 'unexpected text after the value; quote all of it';
  return `unexpected ${/(?:Unexpected (,)|"(.+)"$)/.exec(message)?.slice(1).join('') ?? 'text'}`;
}

function missingEnd(message: string): string | null {
  const end = /end with a (.)/.exec(message)?.[1];
  return end === undefined ? null : `missing closing ${end}`;
}

function missingCharacter(message: string): string {
  const quote = /Missing closing (["'])quote/.exec(message)?.[1];
  if (quote !== undefined) return `missing closing ${quote}`;
  const end = missingEnd(message);
  if (end !== null) return end;
  if (message.startsWith('Missing , ')) return 'missing , between items';
  if (message.startsWith('Comments')) return 'missing space before the comment';
  if (message.startsWith('Sequence item')) return 'missing "- " before the item';
  return message.startsWith('Missing space') ? 'missing space after ":"' : KEY;
}
