import { expect, test } from 'vitest';
import { parseValue } from '../../../src/core/schema/parse.ts';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { pinnedModelSchema } from '../../../src/core/source/pinned-model-schema.ts';
import { testSource } from '../../helpers/store/test-source.ts';
import type { Fault } from '../../hub/faults.ts';
import { model, setUp, sha256, WEIGHTS } from './ollama-fixture.ts';

const edited =
  (edit: (manifest: Record<string, unknown>) => unknown) =>
  (text: string): string =>
    JSON.stringify(edit(JSON.parse(text)));
const withLayer = (layer: unknown) =>
  edited((manifest) => ({ ...manifest, layers: [...(manifest['layers'] as unknown[]), layer] }));

test('[fail X3] lists each blob of a manifest once, whatever its roles, and keeps the bytes of the manifest', async () => {
  const { hub, resolve } = await setUp({ ...model, manifest: (text) => ` ${text}\n` });
  const pinned = await resolve('ollama:tiny');
  expect(pinned).toMatchObject({
    ref: 'ollama:tiny',
    registry: 'registry.ollama.ai',
    namespace: 'library',
    model: 'tiny',
    tag: 'latest',
  });
  expect(pinned['manifest']).toMatch(/^ \{.*\}\n$/);
  const config = JSON.stringify(model.config);
  expect(pinned.files.map(({ path, bytes }) => [path, bytes])).toEqual(
    [WEIGHTS, 'free', '{{ .Prompt }}', config].map((text) => [`sha256-${sha256(text)}`, text.length]),
  );
  expect(parseValue(pinnedModelSchema, JSON.parse(JSON.stringify(pinned)))).toEqual({
    ok: true,
    value: pinned,
  });
  expect(hub.log.entries().map(({ path }) => path)).toEqual([
    '/v2/library/tiny/manifests/latest',
    `/v2/library/tiny/blobs/sha256:${sha256(config)}`,
    `/ollama/library/tiny/blobs/sha256:${sha256(config)}`,
  ]);
});

test('uses the registry in the reference, also as path in the store', async () => {
  const { hub } = await setUp();
  const elsewhere = testSource('ollama', { endpoint: 'https://mirror.invalid' });
  const pinned = await elsewhere.resolve(parseModelRef(`ollama:127.0.0.1:${hub.port}/me/tiny:q4`));
  expect(pinned).toMatchObject({ registry: `127.0.0.1:${hub.port}`, namespace: 'me', tag: 'q4' });
  const [file] = pinned.files;
  expect(file && elsewhere.locate(pinned, file)).toEqual({
    url: `${hub.endpoint}/v2/me/tiny/blobs/sha256:${sha256(WEIGHTS)}`,
    authorization: null,
  });
});

test('uses a mirror only for the default registry, and https unless the reference contains http', async () => {
  const { hub, source, resolve } = await setUp();
  const pinned = await resolve('ollama:me/tiny:q4');
  const [file] = pinned.files;
  const digest = `sha256:${sha256(WEIGHTS)}`;
  const url = (ref: string) => file && source.locate({ ...pinned, ref }, file).url;
  expect(url('ollama:me/tiny:q4')).toBe(`${hub.endpoint}/v2/me/tiny/blobs/${digest}`);
  expect(url('ollama:other.example/me/tiny')).toBe(`https://other.example/v2/me/tiny/blobs/${digest}`);
  expect(url('ollama:http://box/me/tiny')).toBe(`http://box/v2/me/tiny/blobs/${digest}`);
});

test('[fail X5] follows the redirect of a blob to another host without an Authorization header', async () => {
  const { hub, resolve } = await setUp();
  await resolve('ollama:tiny');
  expect(hub.log.entries().filter(({ port }) => port === 'cdn')).toMatchObject([
    { status: 200, authorized: false },
  ]);
});

const status = (code: number, path = '*/manifests/*'): Fault => ({ kind: 'status', status: code, path });

test.each([
  [
    'a missing model',
    'ollama:absent',
    null,
    'RMA_HUB_NOT_FOUND',
    1,
    /ollama:absent/,
    /library\/absent\/tags/,
  ],
  [
    'a missing tag',
    'ollama:me/tiny:q5',
    null,
    'RMA_HUB_NOT_FOUND',
    1,
    /tiny:q5/,
    /ollama.com\/me\/tiny\/tags/,
  ],
  [
    'a registry that requires authentication',
    'ollama:tiny',
    status(401),
    'RMA_HUB_UNAUTHORIZED',
    4,
    /authentication/,
    /does not support authentication/,
  ],
  ['a denied request', 'ollama:tiny', status(403), 'RMA_HUB_FORBIDDEN', 4, /denied access/, /public/],
  ['a busy registry', 'ollama:tiny', status(429), 'RMA_HUB_BUSY', 1, /429/, /later/],
  ['a registry that fails', 'ollama:tiny', status(500), 'RMA_HUB_UNREACHABLE', 1, /500/, /later/],
  ['a missing blob', 'ollama:tiny', status(404, '*/blobs/*'), 'RMA_HUB_NOT_FOUND', 1, /tiny/, /tag/],
  [
    'an HTML page',
    'ollama:tiny',
    { kind: 'html' },
    'RMA_HUB_BAD_ANSWER',
    1,
    /not JSON/,
    /RMA_OLLAMA_ENDPOINT/,
  ],
] as const)('%s fails with a hint', async (...[, ref, fault, code, exitCode, message, hint]) => {
  const { hub, resolve } = await setUp();
  if (fault !== null) hub.faults.add(fault);
  await expect(resolve(ref)).rejects.toMatchObject({
    code,
    exitCode,
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
});

test('does not link to a tags page for a registry that has none', async () => {
  const { hub, resolve } = await setUp();
  await expect(resolve(`ollama:127.0.0.1:${hub.port}/me/absent`)).rejects.toMatchObject({
    code: 'RMA_HUB_NOT_FOUND',
    message: expect.stringContaining(`not found in 127.0.0.1:${hub.port}`),
    hint: 'check name and tag',
  });
});

const layer = (more: Record<string, unknown>) =>
  withLayer({
    mediaType: 'application/vnd.ollama.image.template',
    digest: `sha256:${'a'.repeat(64)}`,
    size: 5,
    ...more,
  });

test.each([
  ['a digest that escapes the store', layer({ digest: 'sha256:../../../etc/passwd' })],
  ['a digest followed by a path', layer({ digest: `sha256:${'a'.repeat(64)}/../x` })],
  ['an uppercase digest', layer({ digest: `sha256:${'A'.repeat(64)}` })],
  ['a digest that is too short', layer({ digest: 'sha256:abc' })],
  ['another digest algorithm', layer({ digest: `sha512:${'a'.repeat(128)}` })],
  ['no digest', layer({ digest: undefined })],
  ['a negative size', layer({ size: -1 })],
  ['a size that is a string', layer({ size: '5' })],
  ['no size', layer({ size: undefined })],
  ['an empty blob with the hash of another', layer({ size: 0 })],
  ['one blob with two sizes', layer({ digest: `sha256:${sha256(WEIGHTS)}` })],
  ['a layer without a type', layer({ mediaType: undefined })],
  ['a layer that is not an object', withLayer('x')],
  ['no layers', edited((manifest) => ({ ...manifest, layers: undefined }))],
  ['no configuration', edited((manifest) => ({ ...manifest, config: undefined }))],
  [
    'a configuration of another type',
    edited((manifest) => ({
      ...manifest,
      config: { ...Object(manifest['config']), mediaType: 'application/vnd.docker.container.image.v1+jsonl' },
    })),
  ],
  ['another schema version', edited((manifest) => ({ ...manifest, schemaVersion: 1 }))],
  [
    'the media type of an image index',
    edited((manifest) => ({ ...manifest, mediaType: 'application/vnd.oci.image.index.v1+json' })),
  ],
  ['a list instead of an object', () => '[]'],
  ['truncated JSON', (text: string) => text.slice(0, -9)],
  ['no content', () => ''],
])('[fail X2] rejects a manifest with %s', async (_, manifest) => {
  const { resolve } = await setUp({ ...model, manifest });
  await expect(resolve('ollama:tiny')).rejects.toMatchObject({
    code: 'RMA_HUB_BAD_ANSWER',
    exitCode: 1,
    message: expect.stringContaining('ollama:tiny'),
    hint: expect.stringContaining('RMA_OLLAMA_ENDPOINT'),
  });
});

test('rejects a manifest with a replacement character, because its bytes cannot be preserved', async () => {
  const { resolve } = await setUp({ ...model, manifest: (text) => text.replace('{', '{"x":"\uFFFD",') });
  await expect(resolve('ollama:tiny')).rejects.toMatchObject({ code: 'RMA_HUB_BAD_ANSWER' });
});

test.each([
  ['tensors', { ...model, layers: [...model.layers, { kind: 'tensor', content: 'x' }] }, /tensors/, /GGUF/],
  [
    'a cloud stub',
    { layers: [], config: { remote_model: 'big:1t', remote_host: 'https://ollama.com:443' } },
    /cloud \(as big:1t\)/,
    /cloud/,
  ],
  ['no weights', { layers: model.layers.slice(1), config: {} }, /no weights/, /another tag/],
] as const)('rejects a model of %s before downloading anything', async (...[, spec, message, hint]) => {
  const { resolve } = await setUp(spec);
  await expect(resolve('ollama:tiny')).rejects.toMatchObject({
    code: 'RMA_MODEL_UNSERVABLE',
    exitCode: 2,
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
});
