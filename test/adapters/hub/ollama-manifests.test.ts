import { expect, test } from 'vitest';
import { model, setUp } from './ollama-fixture.ts';

const edited =
  (edit: (manifest: Record<string, unknown>) => unknown) =>
  (text: string): string =>
    JSON.stringify(edit(JSON.parse(text)));
const withLayer = (layer: unknown) =>
  edited((manifest) => ({ ...manifest, layers: [...(manifest['layers'] as unknown[]), layer] }));

const layer = (more: Record<string, unknown>) =>
  withLayer({
    mediaType: 'application/vnd.ollama.image.template',
    digest: `sha256:${'a'.repeat(64)}`,
    size: 5,
    ...more,
  });

const withConfigType = (mediaType: string) =>
  edited((manifest) => ({ ...manifest, config: { ...Object(manifest['config']), mediaType } }));

test.each([
  ['no media type of its own', edited((manifest) => ({ ...manifest, mediaType: undefined }))],
  [
    'the media type of OCI',
    edited((manifest) => ({ ...manifest, mediaType: 'application/vnd.oci.image.manifest.v1+json' })),
  ],
  ['no schema version', edited((manifest) => ({ ...manifest, schemaVersion: undefined }))],
  ['the configuration type of OCI', withConfigType('application/vnd.oci.image.config.v1+json')],
  ['an empty configuration type of OCI', withConfigType('application/vnd.oci.empty.v1+json')],
])('[case F18] accepts a manifest with %s, as Ollama does, and keeps its bytes', async (_, manifest) => {
  const { resolve } = await setUp({ ...model, manifest });
  const plain = await (await setUp()).resolve('ollama:tiny');
  const pinned = await resolve('ollama:tiny');
  expect(pinned.files).toEqual(plain.files);
  expect(pinned['manifest']).toBe(manifest(String(plain['manifest'])));
});

test.each([
  'application/vnd.ollama.image.draft-model',
  'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.docker.image.rootfs.diff.tar.gzip',
  'text/plain',
])('[case F18] downloads a layer of the unknown type %s like the others', async (mediaType) => {
  const { resolve } = await setUp({ ...model, manifest: layer({ mediaType }) });
  const { files } = await resolve('ollama:tiny');
  expect(files).toContainEqual({
    path: `sha256-${'a'.repeat(64)}`,
    bytes: 5,
    digest: { algorithm: 'sha256', hex: 'a'.repeat(64) },
  });
});

test('[case F18] a manifest of layers of unknown types only has no weights', async () => {
  const manifest = edited((parsed) => ({
    ...parsed,
    layers: (parsed['layers'] as object[]).map((each) => ({
      ...each,
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    })),
  }));
  const { resolve } = await setUp({ ...model, manifest });
  await expect(resolve('ollama:tiny')).rejects.toMatchObject({ code: 'RMA_MODEL_UNSERVABLE', exitCode: 2 });
});
