import type { ModelFacts } from '../domain/model-facts.ts';
import { GgufCursor, type GgufValue, HeaderBroken, MoreBytes } from './gguf-cursor.ts';
import { readGgufMetadata } from './gguf-header.ts';

/** Result of parsing the first bytes of a GGUF file. */
export type GgufFacts =
  /** more bytes are needed, at least this length */
  | { readonly state: 'more'; readonly bytes: number }
  | { readonly state: 'done'; readonly facts: ModelFacts }
  | { readonly state: 'broken'; readonly why: string };

/** Limits above those of any model. */
const MAX_TENSORS = 1_000_000;
const MAX_DIMENSIONS = 8;

/**
 * Parses the metadata of a GGUF file. The parameters are the elements of its own tensors: of a split model, each part
 * has some. The file is not trusted, as in `readGgufHeader`.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function readGgufFacts(prefix: Uint8Array, fileBytes: number): GgufFacts {
  const cursor = new GgufCursor(prefix, fileBytes);
  const values = new Map<string, GgufValue>();
  try {
    const tensors = readGgufMetadata(cursor, values);
    const parameters = readElements(cursor, tensors);
    return { state: 'done', facts: factsOf(values, parameters) };
  } catch (error) {
    if (error instanceof HeaderBroken) return { state: 'broken', why: error.message };
    if (error instanceof MoreBytes) return { state: 'more', bytes: error.bytes };
    throw error;
  }
}

function readElements(cursor: GgufCursor, tensors: number): number {
  if (tensors > MAX_TENSORS) throw new HeaderBroken(`invalid number of tensors ${tensors}`);
  let sum = 0;
  for (let tensor = 0; tensor < tensors; tensor += 1) {
    cursor.key();
    const dimensions = cursor.u32();
    if (dimensions > MAX_DIMENSIONS) throw new HeaderBroken(`a tensor has ${dimensions} dimensions`);
    let elements = 1;
    for (let at = 0; at < dimensions; at += 1) elements *= cursor.u64();
    sum += elements;
    cursor.u32(); // type
    cursor.u64(); // offset
  }
  return sum;
}

function factsOf(values: ReadonlyMap<string, GgufValue>, parameters: number): ModelFacts {
  const text = (key: string): string | null => {
    const value = values.get(key);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const architecture = text('general.architecture');
  const context = values.get(`${architecture}.context_length`);
  return {
    license: text('general.license'),
    architecture,
    parameters: parameters > 0 && Number.isSafeInteger(parameters) ? parameters : null,
    contextLength: typeof context === 'number' && context > 0 ? context : null,
  };
}
