import { hashStart } from '../../../core/store/digest.ts';
import type { Range } from '../../../core/store/range-set.ts';
import type { FileHash, HashInput } from './file-hash.ts';
import { HashWorker } from './hash-worker.ts';

/** Hashes a file in the thread that all files share: it reads what was written from the page cache. */
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
    this.#worker ??= this.#start(HashWorker.shared());
    this.#hex = await this.#worker.read({ kind: 'read', id: this.#id, from, to });
  }

  mark(): void {
    this.#worker?.tell({ kind: 'mark', id: this.#id });
  }

  rewind(): void {
    this.#worker?.tell({ kind: 'rewind', id: this.#id });
  }

  end(): void {
    this.#worker?.tell({ kind: 'end', id: this.#id });
    this.#worker = null;
  }

  #start(worker: HashWorker): HashWorker {
    const { handle, algorithm, bytes } = this.#file;
    this.#id = worker.newId();
    worker.tell({ kind: 'start', id: this.#id, fd: handle.fd, ...hashStart(algorithm, bytes) });
    return worker;
  }
}
