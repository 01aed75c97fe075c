import { MAX_PART, MIN_PART } from '../../../core/hub/part-size.ts';
import { gapsOf, type RangeSet, rangeSet, sizeOf } from '../../../core/store/range-set.ts';

/** A range of the file that one response fills from its start. */
export interface Claim {
  readonly start: number;
  /** end of the bytes that were or are being written */
  at: number;
  /** may move towards `at` during the transfer: what follows is left to another response */
  end: number;
}

/** Largest range per request: hubs refuse a single response above 50 GB. */
const MAX_RANGE = 8 * 1024 ** 3;

/** Divides the missing ranges of one file among connections, from its start. */
export class Claims {
  readonly #bytes: number;
  readonly #minPart: number;
  readonly #open = new Set<Claim>();
  /** claim → the one that gives up its range when the response arrives */
  readonly #victims = new Map<Claim, Claim>();

  constructor(bytes: number, minPart: number = MIN_PART) {
    this.#bytes = bytes;
    this.#minPart = minPart;
  }

  /**
   * Returns the next range for one of so many connections, whatever is missing if there is only one; null if nothing is
   * left that is worth a request. If all is claimed, it is the second part of the claim with the most left. With several
   * connections a range has at most `maxBytes`.
   */
  take(written: RangeSet, connections: number, maxBytes: number = MAX_PART): Claim | null {
    const size = connections === 1 ? MAX_RANGE : Math.min(maxBytes, this.#share(written, connections));
    const [gap] = this.#free(written);
    if (gap !== undefined) return this.#claim(gap[0], Math.min(gap[1], gap[0] + size));
    const undecided = new Set([...this.#victims].flat());
    const [largest] = [...this.#open]
      .filter((claim) => !undecided.has(claim))
      .sort((a, b) => leftOf(b) - leftOf(a));
    if (largest === undefined || leftOf(largest) < 2 * this.#minPart) return null;
    const start = largest.at + size;
    const claim = this.#claim(start, Math.min(largest.end, start + size));
    this.#victims.set(claim, largest);
    return claim;
  }

  /** Shortens the claim that this one is a part of: its response is there. Returns false if the bytes are there already. */
  confirm(claim: Claim): boolean {
    const victim = this.#victims.get(claim);
    this.#victims.delete(claim);
    if (victim === undefined) return true;
    if (victim.at >= claim.start) return false;
    victim.end = Math.min(victim.end, claim.start);
    return true;
  }

  /** Makes a claim of the whole file, which must be the only one. */
  widen(claim: Claim): void {
    this.#open.delete(claim);
    Object.assign(claim, { start: 0, at: 0, end: this.#bytes });
    this.#open.add(claim);
  }

  /** Ends a claim: what is missing of it is free again. */
  release(claim: Claim): void {
    this.#open.delete(claim);
    this.#victims.delete(claim);
  }

  /** Returns half of what is missing for each connection, so that all of them end at about the same time. */
  #share(written: RangeSet, connections: number): number {
    const claimed = [...this.#open].reduce((sum, claim) => sum + leftOf(claim), 0);
    const size = Math.ceil((sizeOf(this.#free(written)) + claimed) / (2 * connections));
    return Math.max(this.#minPart, size);
  }

  #free(written: RangeSet): RangeSet {
    const claimed = [...this.#open].map(({ start, end }) => [start, end] as const);
    return gapsOf(rangeSet([...written, ...claimed]), this.#bytes);
  }

  #claim(start: number, end: number): Claim {
    const claim = { start, at: start, end };
    this.#open.add(claim);
    return claim;
  }
}

function leftOf({ at, end }: Claim): number {
  return end - at;
}
