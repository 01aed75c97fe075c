import { BlockPool } from './block-pool.ts';
import { type BulkAnswer, BulkConnection, type Dial } from './bulk-connection.ts';

/** Time for which a connection waits for another request, ms: shorter than servers wait. */
const IDLE_MS = 4000;

/** A request and the way to its server. */
export interface BulkRequest {
  /** of the server, as reached by this request */
  readonly key: string;
  readonly dial: Dial;
  /** the whole text of the request */
  readonly text: string;
  readonly signal: AbortSignal;
}

/** Connections for large bodies. They are kept for a while after a response, like those of any HTTP client. */
export class BulkConnections {
  readonly #idle = new Map<string, Set<BulkConnection>>();
  /** keys of servers whose responses need a complete HTTP client */
  readonly #unsupported = new Set<string>();

  /** Returns the response; null if the request needs a complete HTTP client. @throws what ended the connection */
  async send(request: BulkRequest): Promise<BulkAnswer | null> {
    if (this.#unsupported.has(request.key)) return null;
    const answer = (await this.#reused(request)) ?? (await this.#sent(await this.#connect(request), request));
    if (answer !== 'unsupported') return answer;
    this.#unsupported.add(request.key);
    return null;
  }

  /** Closes idle connections. */
  close(): void {
    for (const idle of this.#idle.values()) for (const connection of idle) connection.destroy();
    this.#idle.clear();
  }

  /** Sends over an idle connection; null if there is none, or if the server has closed it meanwhile. */
  async #reused(request: BulkRequest): Promise<BulkAnswer | 'unsupported' | null> {
    const idle = this.#idle.get(request.key);
    const connection = [...(idle ?? [])].find(({ isUsable }) => isUsable);
    if (connection === undefined) return null;
    idle?.delete(connection);
    return this.#sent(connection, request).catch((error: unknown) => {
      if (request.signal.aborted) throw error;
      return null;
    });
  }

  #connect({ dial, signal }: BulkRequest): Promise<BulkConnection> {
    return abortable(BulkConnection.open(dial, BlockPool.shared()), signal);
  }

  #sent(connection: BulkConnection, { key, text, signal }: BulkRequest): Promise<BulkAnswer | 'unsupported'> {
    return connection.send(text, signal, () => this.#keep(key, connection));
  }

  #keep(key: string, connection: BulkConnection): void {
    const idle = this.#idle.get(key) ?? new Set();
    this.#idle.set(key, idle.add(connection));
    connection.rest();
    setTimeout(() => {
      if (idle.delete(connection)) connection.destroy();
    }, IDLE_MS).unref();
  }
}

/** Rejects when the signal is aborted; a connection that is made after that is closed. */
async function abortable(opening: Promise<BulkConnection>, signal: AbortSignal): Promise<BulkConnection> {
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([opening, aborted]);
  } catch (error) {
    void opening.then(
      (connection) => connection.destroy(),
      () => undefined,
    );
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
