/** One change, and when it started and ended, counted over all changes of the host. */
export interface RecordedChange {
  readonly line: string;
  readonly start: number;
  readonly end: number;
}

/** What happened on a fake host during a command. */
export interface Records {
  readonly changes: readonly RecordedChange[];
  readonly reports: ReadonlyMap<string, number>;
}

/** The changes that a fake host went through, in order. */
export class Recorder {
  /** one line each, such as `up a-worker` or `write /srv/demo/.rma/compose.yaml` */
  readonly changes: string[] = [];
  readonly ended: RecordedChange[] = [];
  /** what workers reported to those that follow them, such as `ready a-worker`, with the first time, counted as for changes */
  readonly reports = new Map<string, number>();
  /** turns of the event loop that the next change takes */
  delay: () => number = () => 0;
  /** why a change fails instead of being made; null: it does not */
  fault: (line: string) => Error | null = () => null;
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
    await this.pause();
    const fault = this.fault(line);
    if (fault !== null) throw fault;
    const result = make();
    await turn();
    this.ended.push({ line, start, end: this.#next() });
    return result;
  }

  report(line: string): void {
    if (!this.reports.has(line)) this.reports.set(line, this.#next());
  }

  /** Waits for the delay of the next change. */
  async pause(): Promise<void> {
    for (let turns = this.delay(); turns > 0; turns--) await turn();
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
