import { Worker } from 'node:worker_threads';
import { type HashReply, type HashRequest, serveHashes } from './hash-thread.ts';

/** The thread has ended, with all its hashes, or could not be started. */
export class ThreadLost extends Error {}

type ReadRequest = Extract<HashRequest, { kind: 'read' }>;

interface Waiting {
  readonly resolve: (hex: string) => void;
  readonly reject: (error: Error) => void;
}

const PROGRAM = `(${serveHashes.toString()})(
  require('node:worker_threads').parentPort,
  { readSync: require('node:fs').readSync, createHash: require('node:crypto').createHash },
)`;

/** The thread that hashes files. It keeps the process alive only while it reads. */
export class HashWorker {
  static #shared: HashWorker | null = null;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lost: ThreadLost | null = null;
  #ids = 0;

  private constructor() {
    // options of the main program, such as preloaded modules, are not for the thread
    this.#worker = new Worker(PROGRAM, { eval: true, execArgv: [] });
    this.#worker.unref();
    this.#worker.on('message', (reply: HashReply) => this.#answer(reply));
    this.#worker.on('error', (error) => this.#lose(error));
    this.#worker.on('exit', () => this.#lose());
  }

  /** Returns the thread of this process, starting it if there is none. @throws ThreadLost */
  static shared(): HashWorker {
    try {
      HashWorker.#shared ??= new HashWorker();
    } catch (error) {
      throw new ThreadLost('the hash thread did not start', { cause: error });
    }
    return HashWorker.#shared;
  }

  /** Returns a name for a file. */
  newId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  tell(request: HashRequest): void {
    this.#worker.postMessage(request);
  }

  /** Returns the hash of the file up to the end of the range, lower-case hexadecimal. @throws ThreadLost, and what a read throws */
  read(request: ReadRequest): Promise<string> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
      this.#worker.ref();
      this.tell(request);
    });
  }

  /** Ends the thread. Files that it was hashing are hashed again, without it. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #answer(reply: HashReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('hex' in reply) waiting?.resolve(reply.hex);
    else waiting?.reject(Object.assign(new Error(reply.error.message), reply.error));
  }

  #lose(cause?: unknown): void {
    this.#lost ??= new ThreadLost('the hash thread ended', { cause });
    if (HashWorker.#shared === this) HashWorker.#shared = null;
    for (const { reject } of this.#waiting.values()) reject(this.#lost);
    this.#waiting.clear();
  }
}
