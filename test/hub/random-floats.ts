/** Uniform floats in [-scale, scale) from a 32-bit xorshift generator: the same on every machine. */
export function randomFloats(seed: number): (count: number, scale: number) => Float32Array {
  let state = (seed * 2654435761) >>> 0 || 1;
  return (count, scale) => {
    const floats = new Float32Array(count);
    for (let index = 0; index < count; index += 1) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      floats[index] = (state / 2 ** 31) * scale;
    }
    return floats;
  };
}
