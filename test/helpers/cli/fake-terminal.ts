import { Writable } from 'node:stream';

/** A terminal that records its visible lines, its cursor and the control codes it received. */
export class FakeTerminal extends Writable {
  readonly isTTY = true;
  columns: number;
  rows = 24;
  /** everything written, raw */
  raw = '';
  private readonly watchers: (() => void)[] = [];
  private readonly lines: string[] = [''];
  private row = 0;
  private column = 0;

  constructor(columns = 80) {
    super();
    this.columns = columns;
  }

  /** the visible text, without empty lines at the end */
  get screen(): string {
    return this.lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd();
  }

  /** Resolves once this text was written. */
  async shown(text: string): Promise<void> {
    while (!this.raw.includes(text)) {
      await new Promise<void>((resolve) => {
        this.watchers.push(resolve);
      });
    }
  }

  cursorTo(column: number): boolean {
    this.column = column;
    return true;
  }

  moveCursor(columns: number, rows: number): boolean {
    this.column += columns;
    this.row += rows;
    return true;
  }

  clearLine(direction: -1 | 0 | 1): boolean {
    const line = this.lines[this.row] ?? '';
    this.lines[this.row] = direction === 1 ? line.slice(0, this.column) : '';
    return true;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const text = chunk.toString();
    this.raw += text;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal handles control codes
    for (const sign of text.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '')) this.put(sign);
    for (const watcher of this.watchers.splice(0)) watcher();
    done();
  }

  private put(sign: string): void {
    if (sign === '\n') {
      this.row += 1;
      this.column = 0;
      this.lines[this.row] ??= '';
      return;
    }
    if (this.column === this.columns) this.put('\n');
    const line = (this.lines[this.row] ?? '').padEnd(this.column);
    this.lines[this.row] = line.slice(0, this.column) + sign + line.slice(this.column + 1);
    this.column += 1;
  }
}
