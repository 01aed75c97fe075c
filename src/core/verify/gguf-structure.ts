import { GgufCursor, type GgufValue, HeaderBroken, MoreBytes } from '../estimate/gguf-cursor.ts';
import { splitPart } from '../reference/split-files.ts';
import type { Structure } from './structure-result.ts';

/** Limits above the numbers of any model. */
const MAX_ENTRIES = 65_536;
const MAX_TENSORS = 1_000_000;
const MAX_DIMENSIONS = 8;
const ALIGNMENT = 32;

/** Type of tensors → values and bytes of one block: https://github.com/ggml-org/ggml, `type_traits` in src/ggml.c. */
const BLOCKS: ReadonlyMap<number, readonly [values: number, bytes: number]> = new Map([
  [0, [1, 4]],
  [1, [1, 2]],
  [2, [32, 18]],
  [3, [32, 20]],
  [6, [32, 22]],
  [7, [32, 24]],
  [8, [32, 34]],
  [9, [32, 36]],
  [10, [256, 84]],
  [11, [256, 110]],
  [12, [256, 144]],
  [13, [256, 176]],
  [14, [256, 210]],
  [15, [256, 292]],
  [16, [256, 66]],
  [17, [256, 74]],
  [18, [256, 98]],
  [19, [256, 50]],
  [20, [32, 18]],
  [21, [256, 110]],
  [22, [256, 82]],
  [23, [256, 136]],
  [24, [1, 1]],
  [25, [1, 2]],
  [26, [1, 4]],
  [27, [1, 8]],
  [28, [1, 8]],
  [29, [256, 56]],
  [30, [1, 2]],
  [34, [256, 54]],
  [35, [256, 66]],
  [39, [32, 17]],
]);

interface Tensor {
  readonly name: string;
  /** of its data, after the header */
  readonly offset: number;
  /** 0 for an unknown type */
  readonly bytes: number;
}

/**
 * Checks the structure of a GGUF file by its first bytes: the header is complete, every tensor is inside the file, and the
 * part numbers of a split model are those in its name. Versions 2 and 3, little endian; others are not checked.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function ggufStructure(
  prefix: Uint8Array,
  { name, bytes: fileBytes }: { readonly name: string; readonly bytes: number },
): Structure {
  const cursor = new GgufCursor(prefix, fileBytes);
  try {
    if (cursor.ascii(4) !== 'GGUF') return { state: 'broken', why: 'it does not start with GGUF' };
    const version = cursor.u32();
    if (version !== 2 && version !== 3) return { state: 'done' };
    const count = limited(cursor.u64(), MAX_TENSORS, 'tensors');
    const values = readValues(cursor);
    const tensors = Array.from({ length: count }, () => readTensor(cursor));
    const why = outside(tensors, { start: dataStart(cursor, values), fileBytes }) ?? wrongPart(name, values);
    return why === null ? { state: 'done' } : { state: 'broken', why };
  } catch (error) {
    if (error instanceof HeaderBroken) return { state: 'broken', why: error.message };
    if (error instanceof MoreBytes) return { state: 'more', bytes: error.bytes };
    throw error;
  }
}

function readValues(cursor: GgufCursor): ReadonlyMap<string, GgufValue> {
  const values = new Map<string, GgufValue>();
  const entries = limited(cursor.u64(), MAX_ENTRIES, 'entries');
  for (let entry = 0; entry < entries; entry += 1) {
    const key = cursor.key();
    const value = cursor.value();
    if (value !== null) values.set(key, value);
  }
  return values;
}

function readTensor(cursor: GgufCursor): Tensor {
  const name = cursor.key();
  const dimensions = limited(cursor.u32(), MAX_DIMENSIONS, 'dimensions of a tensor');
  const elements = Array.from({ length: dimensions }, () => cursor.u64()).reduce(
    (all, each) => all * each,
    1,
  );
  const [values, size] = BLOCKS.get(cursor.u32()) ?? [1, 0];
  return { name, bytes: Math.ceil(elements / values) * size, offset: cursor.u64() };
}

function dataStart(cursor: GgufCursor, values: ReadonlyMap<string, GgufValue>): number {
  const wanted = values.get('general.alignment');
  const alignment = typeof wanted === 'number' && wanted > 0 ? wanted : ALIGNMENT;
  return Math.ceil(cursor.position / alignment) * alignment;
}

function outside(
  tensors: readonly Tensor[],
  { start, fileBytes }: { readonly start: number; readonly fileBytes: number },
): string | null {
  const found = tensors.find(({ offset, bytes }) => start + offset + bytes > fileBytes);
  return found === undefined ? null : `tensor ${found.name.slice(0, 60)} is outside the file`;
}

/** `split.no` counts from 0: https://github.com/ggml-org/llama.cpp/tree/master/tools/gguf-split */
function wrongPart(name: string, values: ReadonlyMap<string, GgufValue>): string | null {
  const named = splitPart(name);
  const [part, parts] = [values.get('split.no'), values.get('split.count')];
  if (named === null || typeof part !== 'number' || typeof parts !== 'number') return null;
  if (part + 1 === named.part && parts === named.parts) return null;
  return `its header has part ${part + 1} of ${parts}`;
}

function limited(count: number, most: number, what: string): number {
  if (count > most) throw new HeaderBroken(`invalid number of ${what}: ${count}`);
  return count;
}
