/** A metadata value with its GGUF type, limited to those of a llama model. */
export type GgufValue =
  | { readonly type: 'u32' | 'f32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'f32s' | 'i32s'; readonly value: readonly number[] };

export type GgufMetadata = readonly (readonly [key: string, value: GgufValue])[];

/** A tensor of 32-bit floats; `shape` starts with the innermost dimension, as in GGUF. */
export interface GgufTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const TYPE_CODE = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;
/** Alignment of the header and each tensor, in bytes. */
export const GGUF_ALIGNMENT = 32;

/** A tensor without its data. */
export interface GgufTensorInfo {
  readonly name: string;
  readonly shape: readonly number[];
  /** code of the format */
  readonly type: number;
  readonly bytes: number;
}

/**
 * Returns the bytes of a GGUF version 3 file, little endian, with tensor data aligned to 32 bytes.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function encodeGguf(metadata: GgufMetadata, tensors: readonly GgufTensor[]): Uint8Array {
  const F32_TENSOR = 0;
  const head = ggufHead(
    metadata,
    tensors.map(({ name, shape, data }) => ({ name, shape, type: F32_TENSOR, bytes: data.byteLength })),
  );
  const dataStart = aligned(head.length);
  const dataSize = tensors.reduce((size, tensor) => size + aligned(tensor.data.byteLength), 0);
  const file = new Uint8Array(dataStart + dataSize);
  file.set(head, 0);
  let offset = dataStart;
  for (const { data } of tensors) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += aligned(data.byteLength);
  }
  return file;
}

/** Returns everything before the data, without padding. */
export function ggufHead(metadata: GgufMetadata, tensors: readonly GgufTensorInfo[]): Uint8Array {
  return Buffer.concat([
    Buffer.from('GGUF', 'ascii'),
    u32(3),
    u64(tensors.length),
    u64(metadata.length),
    ...metadata.map(([key, value]) => Buffer.concat([text(key), encodeValue(value)])),
    ...encodeTensorInfos(tensors),
  ]);
}

function encodeTensorInfos(tensors: readonly GgufTensorInfo[]): Buffer[] {
  let offset = 0;
  return tensors.map(({ name, shape, type, bytes }) => {
    const info = [text(name), u32(shape.length), ...shape.map(u64), u32(type), u64(offset)];
    offset += aligned(bytes);
    return Buffer.concat(info);
  });
}

function encodeValue(value: GgufValue): Buffer {
  switch (value.type) {
    case 'u32':
      return Buffer.concat([u32(TYPE_CODE.u32), u32(value.value)]);
    case 'f32':
      return Buffer.concat([u32(TYPE_CODE.f32), f32(value.value)]);
    case 'bool':
      return Buffer.concat([u32(TYPE_CODE.bool), Buffer.from([value.value ? 1 : 0])]);
    case 'string':
      return Buffer.concat([u32(TYPE_CODE.string), text(value.value)]);
    case 'strings':
      return array(TYPE_CODE.string, value.value.map(text));
    case 'f32s':
      return array(TYPE_CODE.f32, value.value.map(f32));
    case 'i32s':
      return array(TYPE_CODE.i32, value.value.map(u32));
  }
}

function array(elementType: number, elements: readonly Buffer[]): Buffer {
  return Buffer.concat([u32(TYPE_CODE.array), u32(elementType), u64(elements.length), ...elements]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function aligned(size: number): number {
  return Math.ceil(size / GGUF_ALIGNMENT) * GGUF_ALIGNMENT;
}
