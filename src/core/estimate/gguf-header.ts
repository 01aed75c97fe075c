import type { ModelGeometry } from '../domain/geometry.ts';
import { GgufCursor, type GgufValue, HeaderBroken, MoreBytes } from './gguf-cursor.ts';
import { ggufGeometry } from './gguf-geometry.ts';

/** Result of parsing the first bytes of a GGUF file. */
export type GgufHeader =
  /** more bytes are needed, at least this length */
  | { readonly state: 'more'; readonly bytes: number }
  | { readonly state: 'done'; readonly geometry: ModelGeometry }
  | { readonly state: 'broken'; readonly why: string };

/** Limit above the number of entries of any model. */
const MAX_ENTRIES = 65_536;
const REQUIRED = ['block_count', 'attention.head_count', 'embedding_length'];

/**
 * Parses the geometry from the start of a GGUF file, versions 2 and 3, little endian. The weights are the size of the file.
 * The file is not trusted: no count or length in it makes this read or allocate more than the size of `prefix`.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function readGgufHeader(prefix: Uint8Array, fileBytes: number): GgufHeader {
  const cursor = new GgufCursor(prefix, fileBytes);
  const values = new Map<string, GgufValue>();
  try {
    readGgufMetadata(cursor, values);
  } catch (error) {
    if (error instanceof HeaderBroken) return { state: 'broken', why: error.message };
    if (!(error instanceof MoreBytes)) throw error;
    // the vocabulary, megabytes long, follows all required values
    const isEnough = error.inVocabulary && cursor.vocabulary !== null && hasAll(values);
    if (!isEnough) return { state: 'more', bytes: error.bytes };
  }
  const geometry = ggufGeometry(values, { weightsBytes: fileBytes, tokens: cursor.vocabulary });
  return { state: 'done', geometry };
}

/** Reads all metadata of a GGUF file into `values`. Returns the number of its tensors. Throws MoreBytes and HeaderBroken. */
export function readGgufMetadata(cursor: GgufCursor, values: Map<string, GgufValue>): number {
  if (cursor.ascii(4) !== 'GGUF') throw new HeaderBroken('the file does not start with GGUF');
  const version = cursor.u32();
  if (version !== 2 && version !== 3)
    throw new HeaderBroken(`unsupported GGUF version ${version} (supported: 2, 3)`);
  const tensors = cursor.u64();
  const entries = cursor.u64();
  if (entries > MAX_ENTRIES) throw new HeaderBroken(`invalid number of entries ${entries}`);
  for (let entry = 0; entry < entries; entry += 1) {
    const key = cursor.key();
    const value = cursor.value();
    if (value !== null) values.set(key, value);
  }
  return tensors;
}

function hasAll(values: ReadonlyMap<string, GgufValue>): boolean {
  const architecture = values.get('general.architecture');
  return REQUIRED.every((key) => values.has(`${architecture}.${key}`));
}
