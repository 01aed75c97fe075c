import type { ProfilePlacement } from '../domain/config.ts';
import type { Effort, Fit, HostRoom } from './host-room.ts';

/** One replica of a profile that needs a host. */
export interface Slot {
  readonly profile: string;
  readonly strategy: ProfilePlacement['strategy'];
  readonly usesGpus: boolean;
  /** hosts that may run it */
  readonly candidates: readonly HostRoom[];
  /** it may remain without a host */
  readonly optional: boolean;
}

/** host → its profiles */
export type HostSets = ReadonlyMap<string, readonly string[]>;

export interface HostsFound {
  readonly sets: HostSets;
  readonly unplaced: readonly string[];
  /** positions that variants may be better in another assignment; 0: none, proven */
  readonly gap: number;
}

/** No assignment was found. */
export interface HostsNotFound {
  readonly sets: HostSets;
  /** the slot that has no host next to these sets, the furthest that was reached */
  readonly slot: Slot;
  readonly cutShort: boolean;
}

export type HostsOutcome = ({ readonly ok: true } & HostsFound) | ({ readonly ok: false } & HostsNotFound);

export interface HostsRequest {
  readonly slots: readonly Slot[];
  readonly rooms: ReadonlyMap<string, HostRoom>;
  /** what the hosts keep */
  readonly sets: HostSets;
  /** of profiles, in the project */
  readonly order: readonly string[];
}

/** Steps of one search, and the sets of profiles that it tries on hosts once it found an assignment: about half a second. */
const MAX_STEPS = 4000;
const MAX_TRIES = 2000;

/** A slot without a host weighs more than profiles that move, and these more than variants. */
const UNPLACED_COST = 1e10;
const MOVE_COST = 1e5;

/**
 * Returns the hosts of all slots with the fewest slots left out, then the fewest running profiles that move, then the best variants.
 * Among equal ones, hosts are preferred by the strategy of each slot, then by name. Depth first, best host first, until nothing can be
 * better or the limit of steps is reached. Deterministic.
 */
export function searchHosts(request: HostsRequest): HostsOutcome {
  return new HostSearch(request).run();
}

interface Option {
  /** null: without a host */
  readonly room: HostRoom | null;
  readonly set: readonly string[];
  /** what it adds to the cost */
  readonly cost: number;
}

class HostSearch {
  readonly #slots: readonly Slot[];
  readonly #rooms: ReadonlyMap<string, HostRoom>;
  readonly #position: ReadonlyMap<string, number>;
  readonly #sets: Map<string, readonly string[]>;
  /** the least cost of the slots from each position on */
  readonly #bounds: readonly number[];
  readonly #least: ReadonlyMap<Slot, number>;
  readonly #kinds: ReadonlyMap<string, string>;
  readonly #seen = new Map<string, number>();
  readonly #effort: Effort = { tries: MAX_TRIES };
  readonly #unplaced: string[] = [];
  #best: (Pick<HostsFound, 'sets' | 'unplaced'> & { readonly cost: number }) | null = null;
  #deepest = { at: -1, sets: new Map<string, readonly string[]>() };
  #steps = 0;

  constructor({ slots, rooms, sets, order }: HostsRequest) {
    this.#slots = slots;
    this.#rooms = rooms;
    this.#sets = new Map(sets);
    this.#position = new Map(order.map((name, at) => [name, at]));
    const least = slots.map((slot) => this.#leastCost(slot));
    this.#bounds = [...slots, null].map((_, at) => sum(least.slice(at)));
    this.#least = new Map(slots.map((slot, at) => [slot, least[at] ?? 0]));
    this.#effort.tries = MAX_TRIES;
    this.#kinds = kindsOf(rooms, slots);
  }

  run(): HostsOutcome {
    const bound = this.#bounds[0] ?? 0;
    this.#visit(0, 0);
    const cutShort = this.#isSpent();
    if (this.#best !== null) {
      const { cost, ...found } = this.#best;
      return {
        ok: true,
        ...found,
        gap: cutShort && cost > bound ? Math.max(1, (cost - bound) % MOVE_COST) : 0,
      };
    }
    const { at, sets } = this.#deepest;
    const slot = this.#slots[Math.max(0, at)];
    if (slot === undefined) throw new Error('no slot to report');
    return { ok: false, sets, slot, cutShort };
  }

  #visit(at: number, cost: number): void {
    if (this.#isHopeless(at, cost)) return;
    const slot = this.#slots[at];
    if (slot === undefined) {
      this.#best = { cost, sets: new Map(this.#sets), unplaced: [...this.#unplaced] };
      return;
    }
    this.#steps += 1;
    if (this.#isSpent()) return;
    const state = this.#state(at);
    const before = this.#seen.get(state);
    if (before !== undefined && before <= cost) return;
    this.#seen.set(state, cost);
    let count = 0;
    for (const option of this.#options(slot)) {
      count += 1;
      this.#take(slot, option, () => this.#visit(at + 1, cost + option.cost));
      if (this.#isSpent() || this.#isHopeless(at, cost)) return;
    }
    if (count === 0 && at > this.#deepest.at) this.#deepest = { at, sets: new Map(this.#sets) };
  }

  #take({ profile }: Slot, { room, set }: Option, next: () => void): void {
    if (room === null) {
      this.#unplaced.push(profile);
      next();
      this.#unplaced.pop();
      return;
    }
    const before = this.#setOf(room);
    this.#sets.set(room.name, set);
    next();
    this.#sets.set(room.name, before);
  }

  /** Yields the hosts that can take the slot, the least cost first, hosts in the same state once. */
  *#options(slot: Slot): Generator<Option> {
    const later: Option[] = [];
    const tried = new Set<string>();
    for (const room of this.#preferred(slot)) {
      const before = this.#setOf(room);
      const state = `${this.#kinds.get(room.name)}:${before.join()}`;
      if (tried.has(state) || before.includes(slot.profile)) continue;
      tried.add(state);
      const option = this.#option(slot, room);
      // no other host can be better
      if (option !== null && option.cost <= (this.#least.get(slot) ?? 0)) yield option;
      else if (option !== null) later.push(option);
    }
    yield* later.sort((a, b) => a.cost - b.cost);
    if (slot.optional) yield { room: null, set: [], cost: UNPLACED_COST };
  }

  #option({ profile }: Slot, room: HostRoom): Option | null {
    const set = this.#with(room, profile);
    const now = room.fit(this.#setOf(room), this.#effort);
    const next = now === null ? null : room.fit(set, this.#effort);
    return now === null || next === null ? null : { room, set, cost: costOf(next) - costOf(now) };
  }

  #with(room: HostRoom, profile: string): readonly string[] {
    const place = (name: string): number => this.#position.get(name) ?? 0;
    return [...this.#setOf(room), profile].sort((a, b) => place(a) - place(b));
  }

  #setOf({ name }: HostRoom): readonly string[] {
    return this.#sets.get(name) ?? [];
  }

  #preferred({ candidates, strategy, usesGpus }: Slot): readonly HostRoom[] {
    const keys = candidates.map((room) => {
      const set = this.#setOf(room);
      const free = usesGpus ? (room.fit(set, this.#effort)?.freeGpuBytes ?? 0) : (room.ramBytes ?? 0);
      const gpus = usesGpus ? 0 : Number(room.hasGpus);
      const order = strategy === 'spread' ? [gpus, set.length, -free] : [gpus, free, -set.length];
      return { room, order };
    });
    return keys
      .sort((a, b) => compare(a.order, b.order) || (a.room.name < b.room.name ? -1 : 1))
      .map(({ room }) => room);
  }

  /** Returns the least that the slot costs on a host of its own. */
  #leastCost({ profile, candidates, optional }: Slot): number {
    const fits = new Map(candidates.map((room) => [room.signature, room]));
    const costs = [...fits.values()].flatMap((room) => {
      const fit = room.fit([profile], this.#effort);
      return fit === null ? [] : [fit.loss];
    });
    return Math.min(...costs, optional || costs.length === 0 ? UNPLACED_COST : Number.POSITIVE_INFINITY);
  }

  /** Whether the slots from this position on cannot lead to a better assignment than the best so far. */
  #isHopeless(at: number, cost: number): boolean {
    return this.#best !== null && cost + (this.#bounds[at] ?? 0) >= this.#best.cost;
  }

  #isSpent(): boolean {
    return this.#steps > MAX_STEPS || (this.#best !== null && this.#effort.tries < 0);
  }

  #state(at: number): string {
    const hosts = [...this.#rooms.values()].map(
      (room) => `${this.#kinds.get(room.name)}:${this.#setOf(room).join()}`,
    );
    return `${at}/${hosts.sort().join(';')}`;
  }
}

/** Returns host → the number of its kind: hosts of one kind take the same profiles, and may run the same ones. */
function kindsOf(rooms: ReadonlyMap<string, HostRoom>, slots: readonly Slot[]): ReadonlyMap<string, string> {
  const texts = [...rooms.values()].map((room) => {
    const may = slots.map(({ candidates }) => (candidates.includes(room) ? '1' : '0')).join('');
    return [room.name, `${room.signature} ${may}`] as const;
  });
  const numbers = new Map([...new Set(texts.map(([, text]) => text))].map((text, at) => [text, String(at)]));
  return new Map(texts.map(([name, text]) => [name, numbers.get(text) ?? '']));
}

function costOf({ moved, loss }: Fit): number {
  return moved * MOVE_COST + loss;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [at, value] of a.entries()) {
    const difference = value - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
