import { Slots } from './slots.ts';

/** One budget of connections per host, shared by all files that it serves. */
export class HostSlots {
  /** connections per host */
  readonly count: number;
  readonly #hosts = new Map<string, Slots>();

  constructor(count: number) {
    this.count = count;
  }

  /** Returns the slots of the host of a URL. */
  of(url: string): Slots {
    const { hostname } = new URL(url);
    const slots = this.#hosts.get(hostname) ?? new Slots(this.count);
    this.#hosts.set(hostname, slots);
    return slots;
  }
}
