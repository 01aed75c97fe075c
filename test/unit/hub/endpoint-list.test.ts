import { describe, expect, test } from 'vitest';
import { RmaError } from '../../../src/core/errors.ts';
import { endpointList, formatEndpoints, tokenOwner } from '../../../src/core/hub/endpoint-list.ts';
import { fallThrough } from '../../../src/core/hub/fall-through.ts';

const HUB = 'https://huggingface.co';

test('several addresses are separated by commas, each once, without a slash at the end', () => {
  const text = 'https://a.example/, https://b.example/hub ,,https://a.example';
  expect(endpointList(text)).toEqual(['https://a.example', 'https://b.example/hub']);
  expect(formatEndpoints(endpointList(text))).toBe('https://a.example,https://b.example/hub');
  expect(endpointList('')).toEqual([]);
});

test.each([
  [['https://a.example'], 'https://a.example'],
  [['https://a.example', 'https://b.example'], 'https://a.example'],
  [['https://a.example', HUB], HUB],
  [[HUB, 'https://a.example'], HUB],
  [['http://huggingface.co', 'https://a.example'], 'http://huggingface.co'],
  [[], null],
])('the token for %j belongs to %s', (endpoints, owner) => {
  expect(tokenOwner(endpoints, HUB)).toBe(owner);
});

describe('addresses of the same content', () => {
  const fault = (code: RmaError['code'], message: string = code) =>
    new RmaError(code, message, { hint: `fix ${message}` });

  async function asked(results: readonly (string | Error)[]) {
    const seen: number[] = [];
    const down: number[] = [];
    const attempt = async (at: number) => {
      seen.push(at);
      const result = results[at];
      if (result instanceof Error) throw result;
      return result;
    };
    const outcome = await fallThrough([...results.keys()], attempt, (at) => down.push(at)).catch(
      (error: unknown) => error,
    );
    return { seen, down, outcome };
  }

  const unreachable = fault('RMA_HUB_UNREACHABLE', 'no route');
  const busy = fault('RMA_HUB_BUSY', 'busy');

  test('are tried in order until one responds', async () => {
    expect(await asked([unreachable, busy, 'yes', 'never'])).toEqual({
      seen: [0, 1, 2],
      down: [0, 1],
      outcome: 'yes',
    });
  });

  test.each([
    'RMA_HUB_UNAUTHORIZED',
    'RMA_HUB_NOT_FOUND',
    'RMA_CONTENT_HASH_MISMATCH',
    'RMA_STORE_NO_ROOM',
  ] as const)('are not asked after %s of the first', async (code) => {
    const first = fault(code);
    expect(await asked([first, 'yes'])).toEqual({ seen: [0], down: [], outcome: first });
  });

  test('fail with the fault of the first, which contains the faults of the others', async () => {
    const { outcome, seen } = await asked([unreachable, fault('RMA_HUB_NOT_FOUND', 'not here'), busy]);
    expect(seen).toEqual([0, 1, 2]);
    expect(outcome).toMatchObject({
      code: 'RMA_HUB_UNREACHABLE',
      message: 'no route; then not here; busy',
      hint: 'fix no route',
    });
    expect((await asked([unreachable])).outcome).toBe(unreachable);
  });

  test('are not tried if the disk is full or the content is wrong', async () => {
    const full = fault('RMA_STORE_NO_ROOM');
    expect(await asked([unreachable, full, 'yes'])).toMatchObject({ seen: [0, 1], outcome: full });
  });
});
