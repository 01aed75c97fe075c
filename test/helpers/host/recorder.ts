/** One change, and when it started and ended, counted over all changes of the host. */
export interface RecordedChange {
  readonly line: string;
  readonly start: number;
  readonly end: number;
}

/** The changes that a fake host went through, in order. */
export class Recorder {
  /** one line each, such as `up a-worker` or `write /srv/demo/.rma/compose.yaml` */
  readonly changes: string[] = [];
  readonly ended: RecordedChange[] = [];
  /** turns of the event loop that the next change takes */
  delay: () => number = () => 0;
  #now = Date.UTC(2026, 0, 2);
  #count = 0;

  /** Returns a time one second after the last, milliseconds since the Unix epoch. */
  tick(): number {
    this.#now += 1000;
    return this.#now;
  }

  /** Records a change, makes it after its delay, and lets everything else run before it returns. */
  async change<T>(line: string, make: () => T): Promise<T> {
    this.changes.push(line);
    const start = this.#next();
    for (let turns = this.delay(); turns > 0; turns--) await turn();
    const result = make();
    await turn();
    this.ended.push({ line, start, end: this.#next() });
    return result;
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
