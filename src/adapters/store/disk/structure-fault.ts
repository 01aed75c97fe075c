import { basename } from 'node:path';
import { MAX_HEADER, structureOf, type WeightFormat } from '../../../core/verify/structure.ts';
import type { Disk } from './disk.ts';
import { readBytes } from './files.ts';

/** Bytes of the first read; each further one is up to four times as large. */
const FIRST_BYTES = 2 ** 16;

export interface WeightsFile {
  readonly path: string;
  /** name in its model */
  readonly name: string;
  readonly bytes: number;
  /** `unknown`: its first bytes decide; null: a file without a structure to check */
  readonly format: WeightFormat | 'unknown' | null;
}

/**
 * Returns what is wrong with the structure of a weights file; null if nothing is, or it is of another format. Reads no more
 * than its header.
 */
export async function structureFault(disk: Disk, file: WeightsFile): Promise<string | null> {
  const { path, name, bytes } = file;
  const read = (to: number) => readBytes(disk, path, { from: 0, to: Math.min(to, bytes) });
  const format = file.format === 'unknown' ? await sniffed(read) : file.format;
  if (format === null) return null;
  for (let size = FIRST_BYTES; size <= MAX_HEADER; ) {
    const found = structureOf(format, await read(size), { name: basename(name), bytes });
    if (found.state !== 'more') return found.state === 'broken' ? found.why : null;
    if (found.bytes > bytes) return 'it ends inside its header';
    size = Math.max(found.bytes, size * 4);
  }
  return null;
}

/** The layers of an Ollama model have no extension. */
async function sniffed(read: (to: number) => Promise<Uint8Array>): Promise<'gguf' | null> {
  return Buffer.from(await read(4)).toString('latin1') === 'GGUF' ? 'gguf' : null;
}
