/** Columns of help output, as of a common terminal. */
const WIDTH = 80;
/** A longer left cell has its text on the next line. */
const MAX_LEFT = 34;

export type Row = readonly [left: string, right: string];

/** Returns rows as two aligned columns, indented by two, wrapped so that no line is longer than 80 columns where words allow. */
export function columns(rows: readonly Row[]): readonly string[] {
  const lefts = rows.map(([left]) => left.length).filter((length) => length <= MAX_LEFT);
  const indent = 2 + Math.max(4, ...lefts) + 2;
  return rows.flatMap(([left, right]) => {
    const [first = '', ...more] = wrap(right, WIDTH - indent);
    const rest = more.map((line) => ' '.repeat(indent) + line);
    const fits = `  ${left}`.length + 2 <= indent;
    if (fits) return [`${`  ${left}`.padEnd(indent)}${first}`.trimEnd(), ...rest];
    return [`  ${left}`, ...(right === '' ? [] : [' '.repeat(indent) + first, ...rest])];
  });
}

/** Returns a paragraph as lines of at most `width` columns; a longer word has a line of its own. */
export function wrap(text: string, width: number = WIDTH): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > width && line !== '') {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
