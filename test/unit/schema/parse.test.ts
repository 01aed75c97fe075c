import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { jsonOrNull, parseJson } from '../../../src/core/schema/parse.ts';
import { listOfValid, matching, text, textWithout, wholeNumber } from '../../../src/core/schema/rules.ts';

const machine = z.object({
  name: text(),
  state: z.enum(['up', 'down']),
  schema: z.literal('v1'),
  cores: wholeNumber(1, 64),
  gpus: z.array(z.object({ uuid: matching(/^GPU-/, 'a GPU UUID') })),
  owner: z.nullable(z.object({ uid: wholeNumber(0) })),
  note: z.optional(textWithout((value) => (value.includes('!') ? 'it shouts' : null), 'a calm text')),
  kind: z.discriminatedUnion('type', [
    z.object({ type: z.literal('a') }),
    z.object({ type: z.literal('b'), is: z.boolean() }),
  ]),
});
const good = {
  name: 'box',
  state: 'up',
  schema: 'v1',
  cores: 4,
  gpus: [{ uuid: 'GPU-1' }],
  owner: null,
  kind: { type: 'a' },
};

function faultsOf(value: unknown): readonly string[] {
  const parsed = parseJson(machine, JSON.stringify(value));
  return parsed.ok ? [] : parsed.faults;
}

describe('parseJson', () => {
  it('returns only the keys of the schema', () => {
    expect(parseJson(machine, JSON.stringify({ ...good, extra: 1 }))).toEqual({ ok: true, value: good });
  });

  it('returns all errors, with path and value', () => {
    const bad = {
      state: 'on',
      schema: 'v2',
      cores: 65,
      gpus: [{ uuid: 'GPU-1' }, { uuid: 7 }, 'x'],
      note: 'no!',
    };
    expect(faultsOf({ ...bad, owner: [], kind: { type: 'b', is: 'yes' } })).toEqual([
      '$.name is missing',
      '$.state must be one of up, down, not "on"',
      '$.schema must be "v1", not "v2"',
      '$.cores must be an integer from 1 to 64, not 65',
      '$.gpus[1].uuid must be a GPU UUID, not 7',
      '$.gpus[2] must be an object, not "x"',
      '$.owner must be an object, not a list',
      '$.note must be a calm text (it shouts), not "no!"',
      '$.kind.is must be true or false, not "yes"',
    ]);
  });

  it.each([
    [{ ...good, kind: { type: 'c' } }, '$.kind.type must be one of a, b, not "c"'],
    [{ ...good, kind: {} }, '$.kind.type is missing'],
    [{ ...good, cores: 1.5 }, '$.cores must be an integer from 1 to 64, not 1.5'],
    [{ ...good, name: '' }, '$.name must be a non-empty string, not ""'],
    [{ ...good, gpus: {} }, '$.gpus must be a list, not an object'],
    ['text', '$ must be an object, not "text"'],
  ])('returns one error for %j', (value, fault) => {
    expect(faultsOf(value)).toEqual([fault]);
  });

  it('shows the start of a string that is not JSON', () => {
    expect(parseJson(machine, '<!doctype html>')).toEqual({
      ok: false,
      faults: ['not JSON: "<!doctype html>"'],
    });
    const [fault = ''] = faultsOf('y'.repeat(200));
    expect(fault.length).toBeLessThan(100);
  });

  it('has its own message for every error', () => {
    const key = fc.constantFrom(...Object.keys(good));
    fc.assert(
      fc.property(key, fc.jsonValue(), (name, value) => {
        const faults = faultsOf({ ...good, [name]: value });
        for (const fault of faults) expect(fault).toMatch(/^\$\S* (is missing$|must be .*, not )/s);
        expect(faults.join()).not.toContain('Invalid input');
      }),
    );
  });
});

describe('jsonOrNull', () => {
  it('returns null for invalid JSON and for a value that does not match', () => {
    const schema = z.object({ id: z.string() });
    expect(['{"id":"a"}', '{"id":1}', '{', ''].map((each) => jsonOrNull(schema, each))).toEqual([
      { id: 'a' },
      null,
      null,
      null,
    ]);
  });
});

describe('listOfValid', () => {
  it('drops invalid items', () => {
    expect(jsonOrNull(listOfValid(wholeNumber(0)), '[1, "2", null, -1, 3]')).toEqual([1, 3]);
    expect(jsonOrNull(listOfValid(wholeNumber(0)), '{}')).toBeNull();
  });
});
