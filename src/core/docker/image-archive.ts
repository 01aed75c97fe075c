import * as z from 'zod/mini';
import { sha256Hex } from '../hash.ts';
import { jsonOrNull } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';

// https://github.com/moby/docker-image-spec/blob/v1.3.1/v1.2.md#combined-image-json--filesystem-changeset-format
const imageList = z.tuple([z.object({ Config: text(), Layers: z.array(text()).check(z.minLength(1)) })]);
const config = z.looseObject({
  architecture: text(),
  os: text(),
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.array(text()) }),
});
// https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md, image-layout.md, manifest.md
const descriptor = z.looseObject({ mediaType: text(), digest: text(), size: z.int() });
const ociIndex = z.looseObject({ manifests: z.array(descriptor) });
const ociManifest = z.looseObject({ mediaType: text(), config: descriptor, layers: z.array(descriptor) });

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

/** An image in an archive of `docker save`. */
export interface ArchivedImage {
  /** text of its configuration */
  readonly config: string;
  /** names of its layers in the archive, from the lowest */
  readonly layers: readonly string[];
  /** of the image layout that engines from 25 write too; null: none */
  readonly manifest: z.infer<typeof ociManifest> | null;
}

/** An image with the lowest layers of another one, which has no name: it only holds them. */
export interface LayerHolder {
  /** `sha256:…`, by which engines know it: that of its configuration, and in the image store of containerd that of its manifest */
  readonly ids: readonly string[];
  /** name → text of the files of its archive, besides its layers */
  readonly files: ReadonlyMap<string, string>;
}

/** Reads what the files of an archive with one image contain. Null if it is no such archive. */
export async function archivedImage(
  read: (name: string) => Promise<string | null>,
): Promise<ArchivedImage | null> {
  const list = jsonOrNull(imageList, (await read('manifest.json')) ?? '');
  if (list === null) return null;
  const [{ Config, Layers: layers }] = list;
  const content = await read(Config);
  if (content === null || jsonOrNull(config, content) === null) return null;
  return { config: content, layers, manifest: await findManifest(read, sha256Hex(content)) };
}

/** Returns the manifest with this configuration among those of the image layout; one for several platforms has an index between. */
async function findManifest(
  read: (name: string) => Promise<string | null>,
  configHex: string,
): Promise<ArchivedImage['manifest']> {
  let names = ['index.json'];
  // an index in the index of the layout is the deepest that Docker writes
  for (let depth = 0; depth < 3; depth += 1) {
    const contents = await Promise.all(names.map(read));
    const texts = contents.flatMap((content) => content ?? []);
    const found = texts
      .map((content) => jsonOrNull(ociManifest, content))
      .find((manifest) => manifest?.config.digest === `sha256:${configHex}`);
    if (found) return found;
    names = texts.flatMap((content) =>
      (jsonOrNull(ociIndex, content)?.manifests ?? []).map(({ digest }) => blobName(digest)),
    );
  }
  return null;
}

/** Returns an image that holds the lowest layers of another one. */
export function layerHolder(image: ArchivedImage, count: number): LayerHolder {
  const lowest = lowestConfig(image.config, count);
  const configId = idOf(lowest);
  const layers = image.layers.slice(0, count);
  const list = JSON.stringify([{ Config: blobName(configId), RepoTags: null, Layers: layers }]);
  const files = new Map([
    [blobName(configId), lowest],
    ['manifest.json', list],
  ]);
  if (image.manifest === null) return { ids: [configId], files };
  const { mediaType, config: old } = image.manifest;
  const manifest = JSON.stringify({
    ...image.manifest,
    config: { ...old, digest: configId, size: sizeOf(lowest) },
    layers: image.manifest.layers.slice(0, count),
  });
  const manifestId = idOf(manifest);
  const manifests = [{ mediaType, digest: manifestId, size: sizeOf(manifest) }];
  files.set(blobName(manifestId), manifest);
  files.set('index.json', JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests }));
  files.set('oci-layout', JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  return { ids: [configId, manifestId], files };
}

function lowestConfig(content: string, count: number): string {
  const whole = jsonOrNull(config, content);
  const { architecture, os, rootfs } = whole ?? { rootfs: { type: 'layers', diff_ids: [] } };
  const diffIds = rootfs.diff_ids.slice(0, count);
  return JSON.stringify({ architecture, os, config: {}, rootfs: { type: rootfs.type, diff_ids: diffIds } });
}

/** Returns the name of a content in an image layout. */
function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function idOf(content: string): string {
  return `sha256:${sha256Hex(content)}`;
}

function sizeOf(content: string): number {
  return new TextEncoder().encode(content).length;
}
