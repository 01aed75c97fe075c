import type { FileHandle } from 'node:fs/promises';
import type { Digest } from '../../../core/domain/pinned-model.ts';
import type { Range } from '../../../core/store/range-set.ts';

export interface HashInput {
  readonly handle: FileHandle;
  readonly algorithm: Digest['algorithm'];
  /** size of the complete file */
  readonly bytes: number;
  /** smallest file that is hashed in a thread; default: 16 MiB */
  readonly threadBytes?: number | undefined;
}

/** Smallest file that is hashed in the thread. */
const THREAD_BYTES = 16 * 1024 * 1024;

/** Returns whether a file is hashed in a thread. An empty one is never read, so no thread could hash it. */
export function isHashedInThread({ bytes, threadBytes = THREAD_BYTES }: Omit<HashInput, 'handle'>): boolean {
  return bytes >= Math.max(1, threadBytes);
}

/** Hashes a file from its start and in order, and can return to one earlier state. */
export interface FileHash {
  /** most bytes of one `read` */
  readonly step: number;
  /** whether a `read` of less than a step is wasteful */
  readonly wholeSteps: boolean;
  /** hash of everything so far, lower-case hexadecimal */
  readonly hex: string;
  /** Hashes bytes of the file that follow what was hashed. One call at a time. @throws what a read throws */
  read(range: Range): Promise<void>;
  /** Keeps the state. */
  mark(): void;
  /** Returns to the state that was kept, at first that of no bytes. */
  rewind(): void;
  /** Ends the use of the file. Nothing may be reading. */
  end(): void;
}
