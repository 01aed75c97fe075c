/** The changes that a fake host went through, in order. */
export class Recorder {
  /** one line each, such as `up a-worker` or `write /srv/demo/.rma/compose.yaml` */
  readonly changes: string[] = [];
  #now = Date.UTC(2026, 0, 2);

  /** Returns a time one second after the last, milliseconds since the Unix epoch. */
  tick(): number {
    this.#now += 1000;
    return this.#now;
  }

  /** Records a change, makes it, and lets everything else run before it returns. */
  async change<T>(line: string, make: () => T): Promise<T> {
    this.changes.push(line);
    const result = make();
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    return result;
  }
}
