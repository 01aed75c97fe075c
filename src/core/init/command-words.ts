import type { Notice, Placed } from './compose-model.ts';
import { shellWords } from './shell-words.ts';

/** A command in a file: its value, and the text around it. */
export interface CommandSource {
  readonly value: unknown;
  readonly file: string;
  /** lines of the file */
  readonly lines: readonly string[];
  /** where the value starts, from 1 */
  readonly line: number;
  readonly column: number;
  /** places of the items of a list */
  readonly items: readonly string[];
}

export interface CommandWords {
  readonly words: readonly Placed<string>[];
  readonly notices: readonly Notice[];
}

/** Returns the words of `command` or `entrypoint`; a comment in a block of text, which Compose passes on as arguments, is left out. */
export function commandWords(source: CommandSource): CommandWords {
  const { value, file, line, column, items } = source;
  const start = `${file}:${line}:${column}`;
  if (Array.isArray(value)) {
    const words = value.map((item, at) => ({ value: String(item), where: items[at] ?? start }));
    return { words, notices: [] };
  }
  if (typeof value !== 'string') return { words: [], notices: [] };
  const block = blockLines(source);
  if (block === null)
    return { words: shellWords(value).map((word) => ({ value: word, where: start })), notices: [] };
  const found = block.map(({ text, number }) => lineWords(text, file, number));
  return { words: found.flatMap(({ words }) => words), notices: found.flatMap(({ notices }) => notices) };
}

interface BlockLine {
  readonly text: string;
  readonly number: number;
}

/** Returns the lines of a literal or folded block; null for any other text. */
function blockLines({ lines, line, column }: CommandSource): readonly BlockLine[] | null {
  const first = lines[line - 1] ?? '';
  if (!/^[>|]/.test(first.slice(column - 1))) return null;
  const indent = first.length - first.trimStart().length;
  const found: BlockLine[] = [];
  for (let at = line; at < lines.length; at += 1) {
    const text = lines[at] ?? '';
    if (text.trim() !== '' && text.length - text.trimStart().length <= indent) break;
    found.push({ text, number: at + 1 });
  }
  return found;
}

function lineWords(text: string, file: string, number: number): CommandWords {
  const comment = /(?:^|\s)#.*$/.exec(text);
  const code = comment === null ? text : text.slice(0, comment.index);
  const place = (word: string): string => `${file}:${number}:${Math.max(0, text.indexOf(word)) + 1}`;
  // Compose removes the backslash at the end of a line together with it
  const words = shellWords(code.replace(/\\\s*$/, '')).map((word) => ({ value: word, where: place(word) }));
  if (comment === null) return { words, notices: [] };
  const column = comment.index + (comment[0].startsWith('#') ? 1 : 2);
  return {
    words,
    notices: [
      {
        kind: 'corrected',
        where: `${file}:${number}:${column}`,
        message: `"${comment[0].trim()}" is not a comment inside a YAML block scalar: its words were passed to the engine as arguments; removed`,
      },
    ],
  };
}
