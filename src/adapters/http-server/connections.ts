import type { Socket } from 'node:net';

/**
 * Open connections, at most `limit`. A further one closes the oldest without a valid token: whoever holds many open
 * cannot lock out a worker, whose request is complete within one round trip.
 */
export class Connections {
  readonly #limit: number;
  /** in the order of their arrival */
  readonly #unverified = new Set<Socket>();
  readonly #verified = new Set<Socket>();

  /** @param limit larger than the backlog of listen(2), so that a full backlog does not close what it brings */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(socket: Socket): void {
    this.#unverified.add(socket);
    socket.once('close', () => this.remove(socket));
    if (this.#unverified.size + this.#verified.size > this.#limit) this.#closeOldest();
  }

  /** Stops counting a connection. */
  remove(socket: Socket): void {
    this.#unverified.delete(socket);
    this.#verified.delete(socket);
  }

  /** Keeps a connection on which a valid token arrived. */
  verify(socket: Socket): void {
    if (this.#unverified.delete(socket)) this.#verified.add(socket);
  }

  #closeOldest(): void {
    const [oldest] = this.#unverified.size > 0 ? this.#unverified : this.#verified;
    if (oldest === undefined) return;
    this.remove(oldest);
    oldest.destroy();
  }
}
