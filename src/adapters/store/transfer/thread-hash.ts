import { hashStart } from '../../../core/store/digest.ts';
import type { Range } from '../../../core/store/range-set.ts';
import type { FileHash, HashInput } from './file-hash.ts';
import { HashWorker } from './hash-worker.ts';

/** Hashes a file in the thread that all files share: from memory that the threads share, or what was written to the file. */
export class ThreadHash implements FileHash {
  readonly step = 4 * 1024 * 1024;
  readonly wholeSteps = true;
  readonly #file: HashInput;
  /** null until the first read */
  #worker: HashWorker | null = null;
  #id = 0;
  #hex = '';

  constructor(file: HashInput) {
    this.#file = file;
  }

  get hex(): string {
    return this.#hex;
  }

  /** @throws ThreadLost if the thread has ended or cannot be started, and what a read throws */
  async read([from, to]: Range): Promise<void> {
    const worker = this.#started();
    this.#hex = await worker.ask({ kind: 'read', id: this.#id, from, to });
  }

  /**
   * Hashes parts of one memory that follow what was hashed, and must not change meanwhile. Several calls may be waiting.
   * Returns the hash up to their end. @throws ThreadLost
   */
  async update(memory: SharedArrayBuffer, parts: readonly Uint8Array[]): Promise<string> {
    const worker = this.#started();
    const ranges = parts.map(({ byteOffset, byteLength }) => [byteOffset, byteOffset + byteLength] as const);
    const request = { kind: 'update', id: this.#id, memory: worker.memoryOf(memory), parts: ranges } as const;
    this.#hex = await worker.ask(request);
    return this.#hex;
  }

  mark(): void {
    this.#worker?.post({ kind: 'mark', id: this.#id });
  }

  rewind(): void {
    this.#worker?.post({ kind: 'rewind', id: this.#id });
  }

  end(): void {
    this.#worker?.post({ kind: 'end', id: this.#id });
    this.#worker = null;
  }

  #started(): HashWorker {
    this.#worker ??= this.#start(HashWorker.shared());
    return this.#worker;
  }

  #start(worker: HashWorker): HashWorker {
    const { handle, algorithm, bytes } = this.#file;
    this.#id = worker.newId();
    worker.post({ kind: 'start', id: this.#id, fd: handle.fd, ...hashStart(algorithm, bytes) });
    return worker;
  }
}
