import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { type Disk, errnoOf } from '../disk/disk.ts';
import { suitsDirectWrites } from '../disk/same-file-system.ts';
import { writeAll } from '../disk/write-all.ts';

/** Blocks of disks and pages of memory have this size, or a part of it. */
const ALIGNMENT = 4096;

/** Codes of a direct write that the file system does not support. */
const UNSUPPORTED: readonly string[] = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'];

/**
 * A file that is written past the page cache where memory and offset allow it: this takes half of the CPU time, and the file
 * does not displace others from the cache. Like any write, it is durable only after a sync.
 */
export class DirectFile {
  readonly #handle: FileHandle;
  /** the same file with O_DIRECT; null: not possible */
  readonly #direct: FileHandle | null;
  #isSupported: boolean;
  /** the last write; never rejects */
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(handle: FileHandle, direct: FileHandle | null) {
    this.#handle = handle;
    this.#direct = direct;
    this.#isSupported = direct !== null;
  }

  /** Opens the file at a path once more; `handle` stays the caller's. */
  static async open(disk: Disk, path: string, handle: FileHandle): Promise<DirectFile> {
    return new DirectFile(handle, await openDirect(disk, path, handle).catch(() => null));
  }

  /** Writes all bytes, after those of earlier calls. Returns their number. */
  write(offset: number, chunks: readonly Uint8Array[]): Promise<number> {
    const writing = this.#writing.then(() => this.#write(offset, chunks));
    this.#writing = writing.catch(() => undefined);
    return writing;
  }

  async close(): Promise<void> {
    await this.#direct?.close();
  }

  async #write(offset: number, chunks: readonly Uint8Array[]): Promise<number> {
    let at = offset;
    for (const { isAligned, parts } of runsOf(offset, chunks)) {
      const direct = isAligned && this.#isSupported ? this.#direct : null;
      at += await (direct === null ? writeAll(this.#handle, parts, at) : this.#past(direct, parts, at));
    }
    return at - offset;
  }

  async #past(direct: FileHandle, parts: readonly Uint8Array[], at: number): Promise<number> {
    try {
      return await writeAll(direct, parts, at);
    } catch (error) {
      if (!UNSUPPORTED.includes(errnoOf(error) ?? '')) throw error;
      this.#isSupported = false;
      return writeAll(this.#handle, parts, at);
    }
  }
}

async function openDirect(disk: Disk, path: string, handle: FileHandle): Promise<FileHandle | null> {
  if (!(await suitsDirectWrites(path))) return null;
  const direct = await disk.open(path, constants.O_WRONLY | constants.O_DIRECT);
  const [one, two] = await Promise.all([handle.stat({ bigint: true }), direct.stat({ bigint: true })]);
  if (one.dev === two.dev && one.ino === two.ino) return direct;
  await direct.close();
  return null;
}

interface Run {
  readonly isAligned: boolean;
  readonly parts: Uint8Array[];
}

/** Divides chunks, which begin at an offset, into what can be written directly and what cannot. */
function runsOf(offset: number, chunks: readonly Uint8Array[]): readonly Run[] {
  const runs: Run[] = [];
  let at = offset;
  for (const chunk of chunks) {
    const start = Math.min(chunk.length, (ALIGNMENT - (at % ALIGNMENT)) % ALIGNMENT);
    const isAligned = (chunk.byteOffset + start) % ALIGNMENT === 0;
    const end = isAligned ? start + alignedSize(chunk.length - start) : start;
    for (const [from, to] of [
      [0, start],
      [start, end],
      [end, chunk.length],
    ] as const) {
      if (from === to) continue;
      const run = { isAligned: from === start && to === end, parts: [chunk.subarray(from, to)] };
      const last = runs.at(-1);
      if (last?.isAligned === run.isAligned) last.parts.push(...run.parts);
      else runs.push(run);
    }
    at += chunk.length;
  }
  return runs;
}

function alignedSize(bytes: number): number {
  return bytes - (bytes % ALIGNMENT);
}
