import { expect, test } from 'vitest';
import { parseValue } from '../../../src/core/schema/parse.ts';
import { pinnedModelSchema } from '../../../src/core/source/pinned-model-schema.ts';
import { model, setUp } from './ollama-fixture.ts';

test('stops reading a manifest that is too large', async () => {
  const { resolve } = await setUp({ ...model, manifest: (text) => text + ' '.repeat(5 * 1024 * 1024) });
  await expect(resolve('ollama:tiny')).rejects.toMatchObject({
    code: 'RMA_HUB_BAD_ANSWER',
    message: expect.stringContaining('larger than 4194304 bytes'),
  });
});

test('does not download a configuration larger than 1 MiB', async () => {
  const MIB = 1024 * 1024;
  const padded = (bytes: number) => ({ padding: 'x'.repeat(bytes - JSON.stringify({ padding: '' }).length) });
  const { hub, resolve } = await setUp({ ...model, config: padded(MIB + 1) });
  await expect(resolve('ollama:tiny')).rejects.toMatchObject({ code: 'RMA_HUB_BAD_ANSWER' });
  expect(hub.log.contentRequests()).toEqual([]);
  const largest = await setUp({ ...model, config: padded(MIB) });
  expect((await largest.resolve('ollama:tiny')).files.map(({ bytes }) => bytes)).toContain(MIB);
});

test('rejects a pinned model whose file name is not its hash, or without a hash', async () => {
  const { resolve } = await setUp();
  const pinned = await resolve('ollama:tiny');
  const [first, ...rest] = pinned.files;
  for (const path of ['sha256-../../x', 'x', `sha256-${'A'.repeat(64)}`]) {
    expect(parseValue(pinnedModelSchema, { ...pinned, files: [{ ...first, path }, ...rest] }).ok).toBe(false);
  }
  for (const digest of [
    {},
    null,
    { algorithm: 'sha256', hex: 'abc' },
    { ...first?.digest, algorithm: 'md5' },
  ])
    expect(parseValue(pinnedModelSchema, { ...pinned, files: [{ ...first, digest }, ...rest] }).ok).toBe(
      false,
    );
  for (const tag of ['../x', '.', 'a/b', ''])
    expect(parseValue(pinnedModelSchema, { ...pinned, tag }).ok).toBe(false);
});
