/** The addresses of one hub. Those that could not be reached in this process come last. */
export class Endpoints {
  readonly all: readonly string[];
  readonly #down = new Set<string>();

  constructor(all: readonly string[]) {
    this.all = all;
  }

  /** Returns the addresses in the order in which they are tried. */
  get order(): readonly string[] {
    const isUp = (endpoint: string) => !this.#down.has(endpoint);
    return [...this.all.filter(isUp), ...this.all.filter((endpoint) => !isUp(endpoint))];
  }

  /** Moves the address that a URL belongs to behind the others. If that leaves none, all count as reachable again. */
  failed(url: string): void {
    const endpoint = this.all.find((each) => url.startsWith(`${each}/`));
    if (endpoint === undefined) return;
    this.#down.add(endpoint);
    if (this.#down.size === this.all.length) this.#down.clear();
  }
}
