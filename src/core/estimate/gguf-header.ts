import type { ModelGeometry } from '../domain/geometry.ts';
import { GgufCursor, type GgufScalar, HeaderBroken, MoreBytes } from './gguf-cursor.ts';

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
 * If the number of key-value heads differs between layers, the mean is used, rounded up. The file is not trusted: no count
 * or length in it makes this read or allocate more than the size of `prefix`.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function readGgufHeader(prefix: Uint8Array, fileBytes: number): GgufHeader {
  const cursor = new GgufCursor(prefix, fileBytes);
  const values = new Map<string, GgufScalar>();
  try {
    readMetadata(cursor, values);
  } catch (error) {
    if (error instanceof HeaderBroken) return { state: 'broken', why: error.message };
    if (!(error instanceof MoreBytes)) throw error;
    // the vocabulary, megabytes long, follows all required values
    if (!error.inVocabulary || !hasAll(values)) return { state: 'more', bytes: error.bytes };
  }
  return { state: 'done', geometry: geometryOf(values, fileBytes) };
}

function readMetadata(cursor: GgufCursor, values: Map<string, GgufScalar>): void {
  if (cursor.ascii(4) !== 'GGUF') throw new HeaderBroken('the file does not start with GGUF');
  const version = cursor.u32();
  if (version !== 2 && version !== 3)
    throw new HeaderBroken(`unsupported GGUF version ${version} (supported: 2, 3)`);
  cursor.u64(); // tensors
  const entries = cursor.u64();
  if (entries > MAX_ENTRIES) throw new HeaderBroken(`invalid number of entries ${entries}`);
  for (let entry = 0; entry < entries; entry += 1) {
    const key = cursor.key();
    const value = cursor.value();
    if (value !== null) values.set(key, value);
  }
}

function hasAll(values: ReadonlyMap<string, GgufScalar>): boolean {
  const architecture = values.get('general.architecture');
  return REQUIRED.every((key) => values.has(`${architecture}.${key}`));
}

function geometryOf(values: ReadonlyMap<string, GgufScalar>, fileBytes: number): ModelGeometry {
  const architecture = values.get('general.architecture');
  const number = (key: string): number | null => {
    const value = values.get(`${architecture}.${key}`);
    return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.ceil(value) : null;
  };
  const attentionHeads = number('attention.head_count');
  const embedding = number('embedding_length');
  const length = attentionHeads === null || embedding === null ? null : Math.ceil(embedding / attentionHeads);
  return {
    architecture: typeof architecture === 'string' ? architecture : null,
    layers: number('block_count'),
    attentionHeads,
    kvHeads: number('attention.head_count_kv') ?? attentionHeads,
    keyLength: number('attention.key_length') ?? length,
    valueLength: number('attention.value_length') ?? length,
    contextLength: number('context_length'),
    weightsBytes: fileBytes,
  };
}
