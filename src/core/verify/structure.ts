import { MAX_SAFETENSORS_HEADER, readSafetensorsHeader } from '../estimate/safetensors-header.ts';
import { ggufStructure } from './gguf-structure.ts';
import type { Structure } from './structure-result.ts';

export type WeightFormat = 'gguf' | 'safetensors';

/** Returns the format that a file must have by its name; null for any other file. */
export function weightFormat(name: string): WeightFormat | null {
  if (/\.gguf$/i.test(name)) return 'gguf';
  return /\.safetensors$/i.test(name) ? 'safetensors' : null;
}

/** Checks the structure of a weights file by its first bytes. */
export function structureOf(
  format: WeightFormat,
  prefix: Uint8Array,
  file: { readonly name: string; readonly bytes: number },
): Structure {
  return format === 'gguf' ? ggufStructure(prefix, file) : safetensorsStructure(prefix, file.bytes);
}

/**
 * The header is complete, every tensor is inside the file, and no byte follows the last one: the reference implementation
 * rejects such files (`MetadataIncompleteBuffer`). Format: https://github.com/huggingface/safetensors#format
 */
function safetensorsStructure(prefix: Uint8Array, fileBytes: number): Structure {
  if (fileBytes < 8) return { state: 'broken', why: 'it is shorter than a header' };
  const header = readSafetensorsHeader(prefix, fileBytes);
  if (header.state !== 'done') return header;
  const start = 8 + Number(new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true));
  const rest = fileBytes - start - header.tensorBytes;
  return rest === 0 ? { state: 'done' } : { state: 'broken', why: `${rest} bytes follow its tensors` };
}

/** Longest header that is read, bytes. */
export const MAX_HEADER = MAX_SAFETENSORS_HEADER;
