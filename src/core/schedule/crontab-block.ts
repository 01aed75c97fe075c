/** The lines of a crontab around an entry of rma. */
export interface CrontabBlock {
  readonly name: string;
  /** lines with their final line break */
  readonly text: string;
}

/** Returns the text of the block with this name in a crontab; null if there is none. */
export function readBlock(crontab: string, name: string): string | null {
  const { block } = split(crontab, name);
  return block;
}

/** Returns a crontab with the block instead of the one of the same name, at its place or at the end. */
export function withBlock(crontab: string, { name, text }: CrontabBlock): string {
  const { before, after } = split(crontab, name);
  const start = before === '' || before.endsWith('\n') ? before : `${before}\n`;
  return `${start}${begin(name)}${text}${end(name)}${after}`;
}

/** Returns a crontab without the block with this name. */
export function withoutBlock(crontab: string, name: string): string {
  const { before, after } = split(crontab, name);
  return before + after;
}

interface Split {
  readonly before: string;
  readonly block: string | null;
  readonly after: string;
}

/** Splits at the block; one without its end is not a block, and stays. */
function split(crontab: string, name: string): Split {
  const from = `\n${crontab}`.indexOf(`\n${begin(name)}`);
  if (from === -1) return { before: crontab, block: null, after: '' };
  const start = from + begin(name).length;
  const to = `\n${crontab}`.indexOf(`\n${end(name)}`, start);
  if (to === -1) return { before: crontab, block: null, after: '' };
  return {
    before: crontab.slice(0, from),
    block: crontab.slice(start, to),
    after: crontab.slice(to + end(name).length),
  };
}

function begin(name: string): string {
  return `# BEGIN ${name}\n`;
}

function end(name: string): string {
  return `# END ${name}\n`;
}
