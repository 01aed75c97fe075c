import { expect, it } from 'vitest';
import { readSafetensorsHeader } from '../../../src/core/estimate/safetensors-header.ts';

it.each([
  ['16-bit floats', { a: tensor('F16', [8, 2]), b: tensor('BF16', [3]) }, 19],
  ['8-bit floats', { a: tensor('F8_E4M3', [4, 4]) }, 16],
  ['a number', { a: tensor('F32', []) }, 1],
  ['a few integers beside the weights', { a: tensor('I64', [2]), b: tensor('BF16', [3, 2]) }, 6],
  ['weights packed into integers', { a: tensor('I32', [8]), b: tensor('F16', [3]) }, null],
  ['no tensor', {}, null],
  ['no shapes', { a: { data_offsets: [0, 0] } }, null],
])('counts the parameters of a safetensors file with %s', (_, tensors, parameters) => {
  const json = Buffer.from(JSON.stringify(tensors));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const file = Buffer.concat([length, json]);
  expect(readSafetensorsHeader(file, file.length + 1000)).toMatchObject({ state: 'done', parameters });
});

function tensor(dtype: string, shape: readonly number[]) {
  return { dtype, shape, data_offsets: [0, 0] };
}
