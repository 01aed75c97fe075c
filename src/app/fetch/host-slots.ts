import { Slots } from './slots.ts';

/** Files for each connection: while one waits for the redirect of a hub, another is received from the host of its content. */
const FILES_PER_CONNECTION = 2;

/** The transfer of a file. */
export interface FileTransfer {
  /** where it starts */
  readonly url: string;
  /** most connections */
  readonly connections: number;
  /** its content may come from another host */
  readonly mayRedirect: boolean;
}

/** One budget of connections per host, shared by all files that it serves. */
export class HostSlots {
  /** connections per host */
  readonly count: number;
  readonly #hosts = new Map<string, Slots>();
  readonly #files = new Map<string, Slots>();

  constructor(count: number) {
    this.count = count;
  }

  /** Returns the connections of the host of a URL. */
  of(url: string): Slots {
    return slotsOf(this.#hosts, url, this.count);
  }

  /** Runs the transfer of a file once the host of its URL has few enough of other files. */
  transfer<T>({ url, connections, mayRedirect }: FileTransfer, task: () => Promise<T>): Promise<T> {
    // several connections are to the host of the content most of the time
    const slots = connections === 1 && mayRedirect ? 1 : connections * FILES_PER_CONNECTION;
    return slotsOf(this.#files, url, this.count * FILES_PER_CONNECTION).run(slots, task);
  }
}

function slotsOf(hosts: Map<string, Slots>, url: string, count: number): Slots {
  const { hostname } = new URL(url);
  const slots = hosts.get(hostname) ?? new Slots(count);
  hosts.set(hostname, slots);
  return slots;
}
