/** Returns the message for a line whose indentation matches no line above it; `offset` is in that line. */
export function indentationMessage(text: string, offset: number): string {
  const above = text.slice(0, offset).split('\n').slice(0, -1);
  const own = indentOf(text.split('\n')[above.length] ?? '');
  const open = openIndents(above);
  const expected =
    open.length < 2 ? String(open[0] ?? 0) : `${open.slice(0, -1).join(', ')} or ${open.at(-1)}`;
  return `this line is indented by ${spaces(own)}, but the lines above it by ${expected}`;
}

/** Returns the message for a key with a value on its line and an indented block below it; null if there is no such block. */
export function extraBlockMessage(text: string, offset: number): string | null {
  const line = text.slice(0, offset).split('\n').length;
  const [own = '', next = ''] = text.split('\n').slice(line - 1);
  const key = /^\s*(?:- )?([\w.-]+):\s+\S/.exec(own)?.[1];
  if (key === undefined || next.trim() === '' || indentOf(next) <= indentOf(own)) return null;
  return `\`${key}\` has a value, but line ${line + 1} is indented below it; indent both lines equally, or remove the value`;
}

/** Returns the indentations that a next line may have, ascending: those of the blocks that are open after these lines. */
function openIndents(lines: readonly string[]): readonly number[] {
  const open: number[] = [];
  for (const line of lines.filter((each) => !/^\s*(#|$)/.test(each))) {
    const indent = indentOf(line);
    while ((open.at(-1) ?? -1) > indent) open.pop();
    if (open.at(-1) !== indent) open.push(indent);
  }
  return open;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function spaces(count: number): string {
  return count === 1 ? '1 space' : `${count} spaces`;
}
