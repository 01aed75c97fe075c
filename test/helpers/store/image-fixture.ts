import { pack } from 'tar-stream';
import { describeArchive } from '../../../src/adapters/store/bundle/image-archive.ts';
import type { ImageSource } from '../../../src/ports/bundles.ts';
import { sha256 } from './import-fixture.ts';

/** A layer of several images: more than one chunk of a stream. */
export const SHARED_LAYER = Buffer.alloc(300_000, 'shared layer ');

/** Returns the archive that an engine writes for an image with these layers. The time differs at each call, as there. */
export function imageArchive(reference: string, layers: readonly (Buffer | string)[]): Promise<Buffer> {
  const config = JSON.stringify({ os: 'linux', reference });
  const blob = (content: Buffer | string) => `blobs/sha256/${sha256(content)}`;
  const manifest = [{ Config: blob(config), RepoTags: [reference], Layers: layers.map(blob) }];
  const tar = pack();
  const mtime = new Date(Date.now() + 1000 * made++);
  tar.entry({ name: 'blobs/', type: 'directory', mtime });
  for (const content of [config, ...layers]) tar.entry({ name: blob(content), mtime }, Buffer.from(content));
  tar.entry({ name: 'legacy/layer.tar', type: 'symlink', linkname: `../${blob(config)}` });
  tar.entry({ name: 'manifest.json' }, JSON.stringify(manifest));
  tar.finalize();
  return bytesOf(tar as AsyncIterable<Uint8Array>);
}

let made = 0;

/** Returns an image to export. `reads` counts how often its archive was opened. */
export async function imageSource(reference: string, layers: readonly (Buffer | string)[]) {
  const reads = { count: 0 };
  const open = async () => {
    reads.count += 1;
    return streamOf(await imageArchive(reference, layers));
  };
  const described = await describeArchive(await open(), reference, new AbortController().signal);
  reads.count = 0;
  const id = `sha256:${sha256(JSON.stringify({ os: 'linux', reference }))}`;
  const image = { reference, id, platform: 'linux/amd64', archive: described.archive };
  return { image, contents: described.contents, open, reads } satisfies ImageSource & { reads: unknown };
}

/** Yields bytes in chunks that end anywhere. */
export async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007);
}

export async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
