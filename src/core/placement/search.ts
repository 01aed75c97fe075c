/** A service that takes `bytes`, or a fraction, of each of `gpus` bins. */
export interface Item {
  readonly id: string;
  readonly gpus: number;
  readonly bytes: number;
  /** fraction of the total of a bin that it takes instead, at least `bytes`; absent or null: `bytes` */
  readonly fraction?: number | null;
  /** shares its bins with no other item */
  readonly exclusive: boolean;
  /** numbers of the bins that it may use */
  readonly candidates: readonly number[];
  /** items of one group use different bins */
  readonly group: string | null;
  /** numbers of the bins that are tried first */
  readonly prefer: readonly number[];
}

/** The remaining room of one device. */
export interface Bin {
  residual: number;
  /** room of the empty device, with what others use; needed for items with a fraction */
  readonly total?: number;
  /** items in it */
  count: number;
  /** holds an exclusive item */
  alone: boolean;
  groups: readonly string[];
  /** an item of several bins uses bins of one kind only */
  readonly kind: string;
  /** tried after all others, because foreign processes run on it */
  readonly last: boolean;
}

export interface SearchOutcome {
  /** item → its bins; null: the items do not fit, or with `cutShort` none was found */
  readonly found: ReadonlyMap<string, readonly number[]> | null;
  /** the limit was reached: the result is that of best-fit decreasing */
  readonly cutShort: boolean;
  readonly nodes: number;
}

/**
 * Returns bins for all items, or proves that they do not fit: depth first, items with most bins and largest first, tightest bin
 * first, remembering the states that failed. After `maxNodes` steps it uses best-fit decreasing instead. Deterministic.
 */
export function search(
  items: readonly Item[],
  bins: readonly Readonly<Bin>[],
  maxNodes: number,
): SearchOutcome {
  const run = new Search(items, bins, maxNodes);
  return run.exact() ?? { ...new Search(items, bins, Number.POSITIVE_INFINITY).bestFit(), nodes: maxNodes };
}

/** Returns whether the item can be put into the bin as it is now. */
export function takes(bin: Readonly<Bin>, item: Item): boolean {
  if (bin.alone || bin.residual < sizeIn(bin, item)) return false;
  if (item.exclusive && bin.count > 0) return false;
  return item.group === null || !bin.groups.includes(item.group);
}

/** Puts the item into the bin. */
export function put(bin: Bin, item: Item): void {
  bin.residual -= sizeIn(bin, item);
  bin.count += 1;
  bin.alone = item.exclusive;
  if (item.group !== null) bin.groups = [...bin.groups, item.group].sort();
}

/** Returns what the item takes in the bin. */
function sizeIn({ total = 0 }: Readonly<Bin>, { bytes, fraction = null }: Item): number {
  return fraction === null ? bytes : Math.max(bytes, Math.ceil(fraction * total));
}

class CutShort extends Error {}

class Search {
  readonly #items: readonly Item[];
  readonly #bins: Bin[];
  readonly #maxNodes: number;
  /** what the items from each position on require */
  readonly #rest: readonly Rest[];
  readonly #types: readonly number[];
  /** of each bin as it is now: bins with equal signatures are interchangeable for the remaining items */
  readonly #signatures: string[];
  readonly #chosen = new Map<string, readonly number[]>();
  readonly #failed = new Set<string>();
  #nodes = 0;

  constructor(items: readonly Item[], bins: readonly Readonly<Bin>[], maxNodes: number) {
    this.#items = items.toSorted(hardestFirst);
    this.#bins = bins.map((bin) => ({ ...bin }));
    this.#maxNodes = maxNodes;
    this.#rest = restsOf(this.#items);
    const types = bins.map((bin, at) => typeOf(this.#items, bin, at));
    this.#types = types.map((type) => types.indexOf(type));
    this.#signatures = this.#bins.map((_, at) => this.#signature(at));
  }

  /** null: the limit was reached */
  exact(): SearchOutcome | null {
    try {
      const found = this.#place(0) ? this.#chosen : null;
      return { found, cutShort: false, nodes: this.#nodes };
    } catch (error) {
      if (error instanceof CutShort) return null;
      throw error;
    }
  }

  bestFit(): Omit<SearchOutcome, 'nodes'> {
    for (const item of this.#items) {
      const [bins] = this.#options(item);
      if (bins === undefined) return { found: null, cutShort: true };
      this.#put(item, bins);
    }
    return { found: this.#chosen, cutShort: true };
  }

  #place(at: number): boolean {
    const item = this.#items[at];
    if (item === undefined) return true;
    this.#nodes += 1;
    if (this.#nodes > this.#maxNodes) throw new CutShort();
    if (this.#hopeless(at)) return false;
    const state = this.#state(at);
    if (this.#failed.has(state)) return false;
    for (const bins of this.#options(item)) {
      const before = bins.map((bin) => ({ ...this.#bin(bin) }));
      this.#put(item, bins);
      if (this.#place(at + 1)) return true;
      this.#chosen.delete(item.id);
      for (const [index, bin] of bins.entries()) {
        Object.assign(this.#bin(bin), before[index]);
        this.#signatures[bin] = this.#signature(bin);
      }
      const [first] = before;
      // whatever else fits into that bin also fits where this item would go instead
      if (this.#rest[at]?.alike === true && first?.residual === item.bytes) break;
    }
    this.#failed.add(state);
    return false;
  }

  #put(item: Item, bins: readonly number[]): void {
    this.#chosen.set(item.id, bins);
    for (const bin of bins) {
      put(this.#bin(bin), item);
      this.#signatures[bin] = this.#signature(bin);
    }
  }

  /** Whether the bins that can take a remaining item have too little room in total. */
  #hopeless(at: number): boolean {
    const rest = this.#rest[at];
    if (rest === undefined) return false;
    const open = this.#bins.filter(({ alone, residual }) => !alone && residual >= rest.smallest);
    const room = open.reduce((sum, { residual }) => sum + residual, 0);
    return room < rest.bytes || open.filter(({ count }) => count === 0).length < rest.exclusive;
  }

  #state(at: number): string {
    return `${at}/${this.#signatures.toSorted().join()}`;
  }

  #signature(at: number): string {
    const bin = this.#bin(at);
    const held = bin.alone ? 'x' : bin.count > 0 ? 's' : '';
    return `${this.#types[at]}:${bin.residual}${held}${bin.groups.join('+')}`;
  }

  /** The possible bins of the item, equivalent ones once, best first. */
  *#options(item: Item): Generator<readonly number[]> {
    const open = item.candidates
      .filter((at) => takes(this.#bin(at), item))
      .sort((a, b) => this.#compare(item, a, b));
    const kinds = new Map<string, number[]>();
    for (const at of open) {
      const { kind } = this.#bin(at);
      kinds.set(kind, [...(kinds.get(kind) ?? []), at]);
    }
    if (item.gpus === 1) yield* this.#choose(open, 1);
    else for (const alike of kinds.values()) yield* this.#choose(alike, item.gpus);
  }

  *#choose(from: readonly number[], count: number): Generator<readonly number[]> {
    if (count === 0) yield [];
    const seen = new Set<string>();
    for (const [index, at] of from.entries()) {
      if (from.length - index < count || count === 0) return;
      const signature = this.#signatures[at] ?? '';
      if (seen.has(signature)) continue;
      seen.add(signature);
      for (const more of this.#choose(from.slice(index + 1), count - 1)) yield [at, ...more];
    }
  }

  #compare(item: Item, a: number, b: number): number {
    const preferred = Number(item.prefer.includes(b)) - Number(item.prefer.includes(a));
    const last = Number(this.#bin(a).last) - Number(this.#bin(b).last);
    return preferred || last || this.#bin(a).residual - this.#bin(b).residual || a - b;
  }

  #bin(at: number): Bin {
    const bin = this.#bins[at];
    if (bin === undefined) throw new Error(`no bin ${at}`);
    return bin;
  }
}

/** What the items from one position on require. */
interface Rest {
  readonly bytes: number;
  /** bytes of the smallest item */
  readonly smallest: number;
  /** bins of exclusive items */
  readonly exclusive: number;
  /** one bin each, not exclusive, in no group, of the same size in every bin, with the same candidates */
  readonly alike: boolean;
}

function restsOf(items: readonly Item[]): readonly Rest[] {
  return items.map((_, at) => {
    const rest = items.slice(at);
    const places = new Set(rest.map(({ candidates }) => candidates.join()));
    const plain = rest.every(
      ({ gpus, exclusive, group, fraction = null }) =>
        gpus === 1 && !exclusive && group === null && fraction === null,
    );
    return {
      bytes: rest.reduce((sum, { gpus, bytes }) => sum + gpus * bytes, 0),
      smallest: Math.min(...rest.map(({ bytes }) => bytes)),
      exclusive: rest.reduce((sum, { gpus, exclusive }) => sum + (exclusive ? gpus : 0), 0),
      alike: plain && places.size === 1,
    };
  });
}

function hardestFirst(a: Item, b: Item): number {
  const alone = Number(b.exclusive) - Number(a.exclusive);
  return b.gpus - a.gpus || alone || b.bytes - a.bytes || (a.id < b.id ? -1 : 1);
}

/** Bins of one type can hold the same items. */
function typeOf(items: readonly Item[], bin: Readonly<Bin>, at: number): string {
  const users = items.flatMap(({ candidates }, index) => (candidates.includes(at) ? [index] : []));
  return `${bin.kind}/${users.join('.')}`;
}
