/** Returns weights as one tensor of zeros (github.com/huggingface/safetensors, Format). */
export function tinySafetensors(elements = 512): Buffer {
  const bytes = elements * 2;
  const header = JSON.stringify({
    'model.weight': { dtype: 'F16', shape: [elements], data_offsets: [0, bytes] },
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(bytes)]);
}
