import * as z from 'zod/mini';
import { valueOrNull } from '../schema/parse.ts';
import { readPythonJson } from '../schema/python-json.ts';
import { wholeNumber } from '../schema/rules.ts';

/** Result of parsing the first bytes of a safetensors file. */
export type SafetensorsHeader =
  /** more bytes are needed, up to this length */
  | { readonly state: 'more'; readonly bytes: number }
  /** `parameters`: elements of all tensors; null: unknown, because the header is too long or its tensors are packed integers */
  | { readonly state: 'done'; readonly tensorBytes: number; readonly parameters: number | null }
  | { readonly state: 'broken'; readonly why: string };

const headerSchema = z.record(z.string(), z.unknown());
const tensorSchema = z.object({ data_offsets: z.tuple([wholeNumber(0), wholeNumber(0)]) });
const shapeSchema = z.object({ dtype: z.string(), shape: z.array(wholeNumber(0)) });

/** Longest header of the format, bytes: `MAX_HEADER_SIZE` of its reference implementation. */
export const MAX_SAFETENSORS_HEADER = 100_000_000;

/** Longest header of which every entry is checked, bytes. */
const MAX_PARSED = 8 * 2 ** 20;

/**
 * Returns the bytes of all tensors of a safetensors file: 8 bytes with the length of the header, little endian, then the
 * header as JSON, where each tensor has `data_offsets`. Of a header over 8 MiB only the length is used, so that memory and
 * traffic stay small: the format allows no holes, so everything after the header is tensors.
 * Format: https://github.com/huggingface/safetensors#format
 */
export function readSafetensorsHeader(prefix: Uint8Array, fileBytes: number): SafetensorsHeader {
  if (prefix.byteLength < 8) return { state: 'more', bytes: 8 };
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(MAX_SAFETENSORS_HEADER) || Number(length) + 8 > fileBytes) {
    return { state: 'broken', why: `invalid header length of ${length} bytes` };
  }
  const end = Number(length) + 8;
  if (length > BigInt(MAX_PARSED)) return { state: 'done', tensorBytes: fileBytes - end, parameters: null };
  if (prefix.byteLength < end) return { state: 'more', bytes: end };
  const tensors = valueOrNull(
    headerSchema,
    readPythonJson(new TextDecoder().decode(prefix.subarray(8, end))),
  );
  if (tensors === null) return { state: 'broken', why: 'the header is not a JSON object' };
  const placed = Object.entries(tensors)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, tensor]) => ({ name: name.slice(0, 60), ...placeOf(tensor) }));
  const why = misplaced(placed, fileBytes - end);
  if (why !== null) return { state: 'broken', why };
  const tensorBytes = placed.reduce((last, tensor) => Math.max(last, tensor.end), 0);
  return { state: 'done', tensorBytes, parameters: parametersOf(Object.values(tensors)) };
}

interface PlacedTensor {
  readonly name: string;
  /** offsets of its bytes after the header */
  readonly start: number;
  readonly end: number;
}

/** Returns what is wrong with the places of tensors: the format allows no overlap and no hole. */
function misplaced(tensors: readonly PlacedTensor[], room: number): string | null {
  const outside = tensors.find(({ start, end }) => end < start || end > room);
  if (outside !== undefined) return `tensor ${outside.name} is outside the file`;
  let last = 0;
  for (const { name, start, end } of tensors.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== last) return `tensor ${name} does not follow the one before`;
    last = end;
  }
  return null;
}

function placeOf(tensor: unknown): Omit<PlacedTensor, 'name'> {
  const [start, end] = valueOrNull(tensorSchema, tensor)?.data_offsets ?? [0, -1];
  return { start, end };
}

/** Integers are indexes, or several weights packed into each: their number then depends on the quantization. */
function parametersOf(tensors: readonly unknown[]): number | null {
  const counted = tensors
    .flatMap((tensor) => valueOrNull(shapeSchema, tensor) ?? [])
    .map(({ dtype, shape }) => ({
      isWeight: /^(F|BF)\d/.test(dtype),
      elements: shape.reduce((product, size) => product * size, 1),
    }));
  const sum = (isWeight: boolean) =>
    counted.filter((each) => each.isWeight === isWeight).reduce((total, { elements }) => total + elements, 0);
  const weights = sum(true);
  return weights > sum(false) && Number.isSafeInteger(weights) ? weights : null;
}
