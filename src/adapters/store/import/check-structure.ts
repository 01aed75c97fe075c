import { readGgufHeader } from '../../../core/estimate/gguf-header.ts';
import { readSafetensorsHeader } from '../../../core/estimate/safetensors-header.ts';
import type { Disk } from '../disk/disk.ts';
import { readBytes } from '../disk/files.ts';

/** Size of the first read, bytes. */
const FIRST = 2 ** 20;
const MOST = 128 * 2 ** 20;

/**
 * Returns what is wrong with the structure of a GGUF or safetensors file, by its header; null if nothing is, and for files
 * of other formats.
 */
export async function structureFault(
  disk: Disk,
  path: string,
  { name, bytes }: { readonly name: string; readonly bytes: number },
): Promise<string | null> {
  const read = /\.gguf$/i.test(name)
    ? readGgufHeader
    : /\.safetensors$/i.test(name)
      ? readSafetensorsHeader
      : null;
  for (let size = Math.min(FIRST, bytes); read !== null; ) {
    const result = read(await readBytes(disk, path, { from: 0, to: size }), bytes);
    if (result.state === 'done') return null;
    if (result.state === 'broken') return result.why;
    if (size >= Math.min(MOST, bytes)) return 'its header is too long';
    size = Math.min(Math.max(result.bytes, size * 4), MOST, bytes);
  }
  return null;
}
