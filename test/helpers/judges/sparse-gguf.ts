import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { GGUF_ALIGNMENT, type GgufMetadata, type GgufTensorInfo, ggufHead } from '../../hub/gguf-file.ts';

/** Shape: innermost dimension first. */
export interface TensorShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Formats: code, elements per block, bytes per block. */
const F32 = { type: 0, elements: 1, bytes: 4 };
const F16 = { type: 1, elements: 1, bytes: 2 };
const Q4_0 = { type: 2, elements: 32, bytes: 18 };
const IQ1_S = { type: 19, elements: 256, bytes: 50 };
/** Vectors, and matrices that llama.cpp requires in 32 bits. */
const IN_32_BITS = /norm|ssm_conv1d|ssm_a|ssm_d$|gate_inp|bias|position_embd|token_types/;

/**
 * Writes a GGUF file whose weights are a hole: zeros that take no space on the disk. Its matrices have the smallest format
 * that their rows allow, because the server maps all of them into memory.
 */
export function writeSparseGguf(path: string, metadata: GgufMetadata, shapes: readonly TensorShape[]): void {
  const tensors = shapes.map(withFormat);
  const head = ggufHead(metadata, tensors);
  const file = openSync(path, 'w');
  writeSync(file, head);
  ftruncateSync(
    file,
    tensors.reduce((size, { bytes }) => size + aligned(bytes), aligned(head.length)),
  );
  closeSync(file);
}

function withFormat({ name, shape }: TensorShape): GgufTensorInfo {
  const [row = 1] = shape;
  const elements = shape.reduce((product, size) => product * size, 1);
  const format = IN_32_BITS.test(name) || shape.length === 1 ? F32 : smallest(row);
  return { name, shape, type: format.type, bytes: (elements / format.elements) * format.bytes };
}

function smallest(row: number): typeof F16 {
  return [IQ1_S, Q4_0].find(({ elements }) => row % elements === 0) ?? F16;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / GGUF_ALIGNMENT) * GGUF_ALIGNMENT;
}
