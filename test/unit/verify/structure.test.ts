import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { structureOf, weightFormat } from '../../../src/core/verify/structure.ts';
import { missingParts } from '../../../src/core/verify/weight-map.ts';
import { encodeGguf, type GgufMetadata } from '../../hub/gguf-file.ts';
import { tinyGguf } from '../../hub/tiny-gguf.ts';
import { tinySafetensors } from '../../standins/tiny-safetensors.ts';

const gguf = tinyGguf();
const weights = tinySafetensors();
const whole = (name: string, content: Uint8Array) =>
  structureOf(weightFormat(name) ?? 'gguf', content, { name, bytes: content.length });

/** The bytes of the last tensor end the file, or up to 31 bytes before it. */
const PADDING = 32;

describe('the structure of a weights file', () => {
  it.each([
    ['a.gguf', gguf],
    ['A.GGUF', gguf],
    ['a.safetensors', weights],
  ])('of %s is correct', (name, content) => {
    expect(whole(name, content)).toEqual({ state: 'done' });
  });

  it('[fail C3] is broken wherever the file is cut off', () => {
    const cuts = (content: Uint8Array, end: number) =>
      fc.integer({ min: 1, max: end }).map((at) => content.slice(0, at));
    fc.assert(
      fc.property(cuts(gguf, gguf.length - PADDING), (cut) => {
        expect(whole('a.gguf', cut).state).toBe('broken');
      }),
    );
    fc.assert(
      fc.property(cuts(weights, weights.length - 1), (cut) => {
        expect(whole('a.safetensors', cut).state).toBe('broken');
      }),
    );
  });

  it('needs more bytes of a file whose header is longer than what was read, and never more than the file has', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: gguf.length }), (at) => {
        const found = structureOf('gguf', gguf.slice(0, at), { name: 'a.gguf', bytes: gguf.length });
        if (found.state === 'done') return;
        expect(found.state).toBe('more');
        expect(found).toMatchObject({ bytes: expect.any(Number) });
        const { bytes } = found as { bytes: number };
        expect(bytes > at && bytes <= gguf.length).toBe(true);
      }),
    );
  });

  it('is never an exception, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, hasMagic) => {
        const content = hasMagic ? Buffer.concat([gguf.slice(0, 24), bytes]) : bytes;
        for (const name of ['a.gguf', 'a.safetensors'])
          expect(['done', 'more', 'broken']).toContain(whole(name, content).state);
      }),
    );
  });

  it.each([
    ['a.gguf', Buffer.from('<html>'), 'it does not start with GGUF'],
    ['a.safetensors', Buffer.concat([weights, Buffer.from('x')]), '1 bytes follow its tensors'],
    ['a.safetensors', Buffer.from('{}'), 'it is shorter than a header'],
  ])('of %s is broken: %s', (name, content, why) => {
    expect(whole(name, content)).toEqual({ state: 'broken', why });
  });

  it.each([
    ['overlap', 't1', [0, 4], [0, 4]],
    ['leave a gap', 't1', [0, 4], [6, 8]],
    ['do not start at the first byte', 't0', [2, 4], [4, 8]],
  ])('of a safetensors file is broken if its tensors %s', (_, wrong, ...offsets) => {
    const tensors = offsets.map((range, at) => [`t${at}`, { dtype: 'U8', shape: [4], data_offsets: range }]);
    const header = Buffer.from(JSON.stringify(Object.fromEntries(tensors)));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const content = Buffer.concat([length, header, Buffer.alloc(8)]);
    expect(whole('a.safetensors', content)).toEqual({
      state: 'broken',
      why: `tensor ${wrong} does not follow the one before`,
    });
  });

  it('has the part number of its name', () => {
    const metadata: GgufMetadata = [
      ['split.no', { type: 'u32', value: 1 }],
      ['split.count', { type: 'u32', value: 3 }],
    ];
    const part = encodeGguf(metadata, []);
    expect(whole('a-00002-of-00003.gguf', part)).toEqual({ state: 'done' });
    expect(whole('a-00001-of-00003.gguf', part)).toEqual({
      state: 'broken',
      why: 'its header has part 2 of 3',
    });
  });

  it('is not checked in a version of the format that is unknown', () => {
    const newer = Uint8Array.from(gguf);
    newer[4] = 9;
    expect(whole('a.gguf', newer)).toEqual({ state: 'done' });
  });
});

describe('the parts of a model', () => {
  const index = JSON.stringify({ weight_map: { a: 's-1.safetensors', b: 's-2.safetensors' } });

  const indexes = { 'i.safetensors.index.json': index };
  it.each([
    {
      what: 'of an index are missing if one is there',
      paths: ['s-1.safetensors'],
      indexes,
      missing: ['s-2.safetensors'],
    },
    {
      what: 'of an index are not missing if none was selected',
      paths: ['config.json'],
      indexes,
      missing: [],
    },
    {
      what: 'are beside their index',
      paths: ['sub/s-1.safetensors', 's-2.safetensors'],
      indexes: { 'sub/i.safetensors.index.json': index },
      missing: ['sub/s-2.safetensors'],
    },
    {
      what: 'of a split GGUF file have numbers',
      paths: ['m-00001-of-00002.gguf'],
      indexes: {},
      missing: ['m-00002-of-00002.gguf'],
    },
    {
      what: 'are unknown if the index is not JSON',
      paths: ['s-1.safetensors'],
      indexes: { 'i.safetensors.index.json': '{' },
      missing: [],
    },
  ])('$what', (given) => {
    expect(missingParts(given.paths, new Map(Object.entries(given.indexes)))).toEqual(given.missing);
  });
});
