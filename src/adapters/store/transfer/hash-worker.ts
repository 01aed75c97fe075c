import { Worker } from 'node:worker_threads';
import { type HashReply, type HashRequest, type ResultRequest, serveHashes } from './hash-thread.ts';
import { limitYoungGeneration } from './young-generation.ts';

/** The thread has ended, with all its hashes, or could not be started. */
export class ThreadLost extends Error {}

interface Waiting {
  readonly resolve: (hex: string) => void;
  readonly reject: (error: Error) => void;
}

const PROGRAM = `(${serveHashes.toString()})(
  require('node:worker_threads').parentPort,
  { readSync: require('node:fs').readSync, createHash: require('node:crypto').createHash },
)`;

/** MiB; the thread keeps only a few objects at a time. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 2 };

/** The thread that hashes files. It keeps the process alive only while it reads. */
export class HashWorker {
  static #shared: HashWorker | null = null;
  readonly #worker: Worker;
  /** requests without a result yet, in order */
  readonly #waiting: Waiting[] = [];
  readonly #memories = new Map<ArrayBufferLike, number>();
  #lost: ThreadLost | null = null;
  #ids = 0;

  private constructor() {
    // options of the main program, such as preloaded modules, are not for the thread
    this.#worker = new Worker(PROGRAM, { eval: true, execArgv: [], resourceLimits: THREAD_LIMITS });
    this.#worker.unref();
    // a new thread resets this for the process
    this.#worker.on('online', limitYoungGeneration);
    this.#worker.on('message', (reply: HashReply) => this.#settle(reply));
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

  /** Returns a name for a file or a memory. */
  newId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  post(request: HashRequest): void {
    this.#worker.postMessage(request);
  }

  /** Returns the hash of the file up to the end of the request, lower-case hexadecimal. @throws ThreadLost, and what a read throws */
  ask(request: ResultRequest): Promise<string> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.ref();
      this.post(request);
    });
  }

  /** Returns the name of a memory that threads share, after the thread has got it. */
  memoryOf(shared: SharedArrayBuffer): number {
    const known = this.#memories.get(shared);
    if (known !== undefined) return known;
    const id = this.newId();
    this.#memories.set(shared, id);
    this.post({ kind: 'memory', id, shared });
    return id;
  }

  /** Ends the thread. Files that it was hashing are hashed again, without it. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(reply: HashReply): void {
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#worker.unref();
    if ('hex' in reply) waiting?.resolve(reply.hex);
    else waiting?.reject(Object.assign(new Error(reply.error.message), reply.error));
  }

  #lose(cause?: unknown): void {
    this.#lost ??= new ThreadLost('the hash thread ended', { cause });
    if (HashWorker.#shared === this) HashWorker.#shared = null;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#lost);
  }
}
