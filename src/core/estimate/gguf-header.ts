import type { ModelGeometry } from '../domain/geometry.ts';
import { GgufCursor, type GgufScalar, HeaderBroken, MoreBytes } from './gguf-cursor.ts';

/** What the first bytes of a GGUF file say. */
export type GgufHeader =
  /** read on, to this length at least */
  | { readonly state: 'more'; readonly bytes: number }
  | { readonly state: 'done'; readonly geometry: ModelGeometry }
  | { readonly state: 'broken'; readonly why: string };

/** More entries than any model has: what claims more is no model. */
const MAX_ENTRIES = 65_536;
const WANTED = ['block_count', 'attention.head_count', 'embedding_length'];

/**
 * Geometry from the beginning of a GGUF file, versions 2 and 3, little endian. Weights count as the size of the file. Where
 * the number of key-value heads differs between layers, it is their mean, rounded up. Nothing in the file is trusted: no
 * count or length in it makes this read or keep more than `prefix` holds.
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
    // the vocabulary, megabytes long, comes after all that is wanted
    if (!error.inVocabulary || !hasAll(values)) return { state: 'more', bytes: error.bytes };
  }
  return { state: 'done', geometry: geometryOf(values, fileBytes) };
}

function readMetadata(cursor: GgufCursor, values: Map<string, GgufScalar>): void {
  if (cursor.ascii(4) !== 'GGUF') throw new HeaderBroken('it does not begin with GGUF');
  const version = cursor.u32();
  if (version !== 2 && version !== 3) throw new HeaderBroken(`its GGUF version is ${version}, not 2 or 3`);
  cursor.u64(); // tensors
  const entries = cursor.u64();
  if (entries > MAX_ENTRIES) throw new HeaderBroken(`it claims ${entries} entries`);
  for (let entry = 0; entry < entries; entry += 1) {
    const key = cursor.key();
    const value = cursor.value();
    if (value !== null) values.set(key, value);
  }
}

function hasAll(values: ReadonlyMap<string, GgufScalar>): boolean {
  const architecture = values.get('general.architecture');
  return WANTED.every((key) => values.has(`${architecture}.${key}`));
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
