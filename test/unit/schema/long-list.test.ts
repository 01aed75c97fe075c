import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { parseJson, parseValue } from '../../../src/core/schema/parse.ts';
import { pinnedFileSchema, pinnedFilesSchema } from '../../../src/core/store/pinned-file-schema.ts';

const one = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const hex = one<unknown>('a'.repeat(32), 'a'.repeat(40), 'b'.repeat(64), 'A'.repeat(64), '', 7);
const digest = one('sha256', 'git-sha1', 'md5', 'crc32').chain((algorithm) =>
  hex.map((each) => ({ algorithm, hex: each })),
);
const file = fc.record(
  {
    path: one<unknown>('a.bin', 'sub/b', '../x', '', 'c\u0000', 3),
    bytes: one<unknown>(0, -0, 5, 2 ** 53, -1, 1.5, '5', null),
    digest: fc.oneof(fc.constant(null), digest, fc.constant('sha256')),
    more: one<unknown>(1, null),
  },
  { requiredKeys: [] },
);

describe('the files of a pinned model', () => {
  it('are parsed as by the schema of each file', () => {
    const slow = z.array(pinnedFileSchema);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(file, { maxLength: 3 }),
          fc.json().map((text) => JSON.parse(text)),
        ),
        (value) => {
          expect(parseValue(pinnedFilesSchema, value)).toEqual(parseValue(slow, value));
          const model = { model: { files: value } };
          const around = (files: typeof slow | typeof pinnedFilesSchema) =>
            z.object({ model: z.object({ files }) });
          expect(parseValue(around(pinnedFilesSchema), model)).toEqual(parseValue(around(slow), model));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('are named with their position if they are invalid', () => {
    const schema = z.object({ files: pinnedFilesSchema });
    const good = { path: 'a', bytes: 1, digest: null };
    const faults = (files: unknown) => parseJson(schema, JSON.stringify({ files }));
    expect(faults([good])).toEqual({ ok: true, value: { files: [good] } });
    expect(faults([good, { ...good, bytes: -1 }])).toMatchObject({
      faults: ['$.files[1].bytes must be an integer from 0, not -1'],
    });
    expect(faults(undefined)).toMatchObject({ faults: ['$.files is missing'] });
  });
});
