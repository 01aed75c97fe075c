import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extract, pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { layerArchives } from '../../../src/adapters/store/bundle/layer-archives.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';

type Entries = Readonly<Record<string, string | { readonly link: string }>>;

const CONFIG = JSON.stringify({
  architecture: 'amd64',
  os: 'linux',
  config: { Env: ['A=1'] },
  rootfs: { type: 'layers', diff_ids: ['sha256:aa', 'sha256:bb'] },
});
const LAYERS = ['blobs/sha256/aa', 'blobs/sha256/bb'];
const IMAGE: Entries = {
  'blobs/sha256/aa': 'lowest',
  'blobs/sha256/bb': 'top',
  'blobs/sha256/cc': CONFIG,
  'manifest.json': JSON.stringify([{ Config: 'blobs/sha256/cc', RepoTags: ['x:1'], Layers: LAYERS }]),
};

async function* tarOf(entries: Entries): AsyncGenerator<Uint8Array> {
  const tar = pack();
  for (const [name, content] of Object.entries(entries)) {
    if (typeof content === 'string') tar.entry({ name }, content);
    else tar.entry({ name, type: 'symlink', linkname: content.link });
  }
  tar.finalize();
  for await (const chunk of tar) yield chunk as Uint8Array;
}

async function filesIn(archive: AsyncIterable<Uint8Array>): Promise<Record<string, string>> {
  const tar = extract();
  const files: Record<string, string> = {};
  const read = (async () => {
    for await (const entry of tar) {
      let content = '';
      for await (const chunk of entry) content += Buffer.from(chunk as Uint8Array).toString();
      files[entry.header.name] = content;
    }
  })();
  for await (const chunk of archive) tar.write(Buffer.from(chunk));
  tar.end(null);
  await read;
  return files;
}

const unpack = async (entries: Entries, spool: string, skip: readonly string[] = []) =>
  layerArchives.unpack(tarOf(entries), {
    reference: 'x:1',
    skip: new Set(skip),
    spool,
    signal: new AbortController().signal,
  });

describe('the archive of an image', () => {
  it('is taken apart into one archive per layer, of which the last one is the whole image', async () => {
    const image = await unpack(IMAGE, join(tempFolder(), 'spool'));
    expect(image.layers).toBe(2);
    expect(image.bytes(0)).toBe('lowest'.length);
    const lowest = await filesIn(image.archive(0));
    const [id = ''] = image.ids(0);
    const config = `blobs/${id.replace(':', '/')}`;
    expect(lowest['blobs/sha256/aa']).toBe('lowest');
    expect(JSON.parse(lowest['manifest.json'] ?? '')).toEqual([
      { Config: config, RepoTags: null, Layers: LAYERS.slice(0, 1) },
    ]);
    expect(JSON.parse(lowest[config] ?? '')).toEqual({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: ['sha256:aa'] },
    });
    const { 'blobs/sha256/aa': _, ...rest } = IMAGE;
    expect(await filesIn(image.archive(1))).toEqual(rest);
  });

  it('has an image layout for each layer if it has one', async () => {
    const hex = createHash('sha256').update(CONFIG).digest('hex');
    const blob = (digest: string) => ({ mediaType: 'layer', digest, size: 1 });
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: 'manifest',
      config: { mediaType: 'config', digest: `sha256:${hex}`, size: CONFIG.length },
      layers: [blob('sha256:aa'), blob('sha256:bb')],
    });
    const image = await unpack(
      {
        'blobs/sha256/aa': 'lowest',
        'blobs/sha256/bb': 'top',
        [`blobs/sha256/${hex}`]: CONFIG,
        'blobs/sha256/dd': manifest,
        'blobs/sha256/ee': JSON.stringify({ manifests: [blob('sha256:ff'), blob('sha256:dd')] }),
        'index.json': JSON.stringify({ manifests: [blob('sha256:ee')] }),
        'manifest.json': JSON.stringify([{ Config: `blobs/sha256/${hex}`, Layers: LAYERS }]),
      },
      join(tempFolder(), 'spool'),
    );
    const files = await filesIn(image.archive(0));
    const [config = '', own = ''] = image.ids(0);
    const [listed] = JSON.parse(files['index.json'] ?? '').manifests;
    expect(listed).toMatchObject({ mediaType: 'manifest', digest: own });
    const written = files[`blobs/${own.replace(':', '/')}`] ?? '';
    expect(written).toHaveLength(listed.size);
    expect(JSON.parse(written)).toMatchObject({ config: { digest: config }, layers: [blob('sha256:aa')] });
  });

  it('is unpacked without the layers that are not needed, and removed in the end', async () => {
    const spool = join(tempFolder(), 'spool');
    const image = await unpack(IMAGE, spool, ['sha256:aa', 'sha256:bb']);
    const texts = await Promise.all(
      (await readdir(spool)).map((name) => readFile(join(spool, name), 'utf8')),
    );
    expect(texts).not.toContain('lowest');
    expect(Object.keys(await filesIn(image.archive(1)))).toEqual(['blobs/sha256/cc', 'manifest.json']);
    await image.remove();
    await expect(readdir(spool)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('of an engine before 25 has links for equal layers', async () => {
    const image = await unpack(
      {
        'one/layer.tar': 'same',
        'two/layer.tar': { link: '../one/layer.tar' },
        'c.json': CONFIG,
        'manifest.json': JSON.stringify([
          { Config: 'c.json', RepoTags: ['x:1'], Layers: ['one/layer.tar', 'two/layer.tar'] },
        ]),
      },
      join(tempFolder(), 'spool'),
    );
    expect((await filesIn(image.archive(1)))['two/layer.tar']).toBe('same');
  });

  it('never writes outside of the spool directory', async () => {
    const folder = tempFolder();
    await unpack({ ...IMAGE, '../../outside': 'x', '/absolute': 'x' }, join(folder, 'spool'));
    expect(await readdir(folder)).toEqual(['spool']);
  });

  it.each([
    ['no list of its images', { ...IMAGE, 'manifest.json': '{}' }],
    ['no configuration', { ...IMAGE, 'blobs/sha256/cc': '{}' }],
    ['nothing', {}],
  ])('with %s is an error, and leaves nothing', async (_, entries) => {
    const folder = tempFolder();
    await expect(unpack(entries, join(folder, 'spool'))).rejects.toMatchObject({
      code: 'RMA_IMAGE_ARCHIVE',
      message: expect.stringContaining('x:1'),
    });
    expect(await readdir(folder)).toEqual([]);
  });
});
