import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { FileBundleFiles } from '../../../src/adapters/store/bundle/file-bundle-files.ts';
import { exportBundle } from '../../../src/app/fetch/export-bundle.ts';
import { importBundle } from '../../../src/app/fetch/import-bundle.ts';
import type { BundleImage } from '../../../src/core/domain/bundle.ts';
import type { BundlePlace, BundleTarget } from '../../../src/ports/bundles.ts';
import { quickFolder } from '../../helpers/files/temp-folder.ts';
import { expectComplete, faultOf, filled, partsOf, shown } from '../../helpers/store/bundle-fixture.ts';
import { bytesOf, imageSource, SHARED_LAYER, streamOf } from '../../helpers/store/image-fixture.ts';
import { sha256 } from '../../helpers/store/import-fixture.ts';

const signal = new AbortController().signal;
const RMA_YAML = 'project: demo\nprofiles: [cpu-worker]\n';

/** Returns a store, two images that share a layer, and what exports and opens bundles of them. */
async function laptop() {
  const source = await filled(['hf:org/tiny', 'ollama:tiny']);
  const images = [
    await imageSource('engine:1', [SHARED_LAYER, 'engine']),
    await imageSource('rma-worker:1', [SHARED_LAYER, 'worker']),
  ];
  const files = [
    { path: 'rma-0.1.0.tgz', content: Buffer.from('package') },
    { path: 'project/rma.yaml', content: Buffer.from(RMA_YAML) },
  ];
  const write = (target: BundleTarget, stdout = new PassThrough()) =>
    exportBundle(
      { root: source.root, refs: [], target, extras: async () => ({ files, images }) },
      partsOf(source.root, { stdout }),
    );
  const stream = async () => {
    const stdout = new PassThrough();
    const [bytes] = await Promise.all([
      bytesOf(stdout as AsyncIterable<Uint8Array>),
      write({ kind: 'stdout' }, stdout).finally(() => stdout.end()),
    ]);
    return bytes;
  };
  return { source, images, write, stream };
}

/** Opens a bundle on another machine, which needs these images. */
function opened(
  place: BundlePlace,
  { stdin = Readable.from([]), spool = join(quickFolder(), 'spool'), has = [] as readonly string[] } = {},
) {
  const files = new FileBundleFiles({ stdin, stdout: new PassThrough(), installation: '/nowhere' });
  const choose = async (all: readonly BundleImage[]) =>
    all.filter(({ reference }) => !has.includes(reference));
  return files.open(place, { spool, choose, signal, onProgress: () => undefined });
}

/** Returns the contents of an archive by path; of a link, its target. */
async function archived(archive: AsyncIterable<Uint8Array>): Promise<Readonly<Record<string, string>>> {
  const tar = extract();
  Readable.from(archive).pipe(tar);
  const found: Record<string, string> = {};
  for await (const entry of tar) {
    const bytes = await bytesOf(entry as AsyncIterable<Uint8Array>);
    const { name, type, linkname } = entry.header;
    if (type !== 'directory') found[name] = linkname ?? sha256(bytes);
  }
  return found;
}

describe('a bundle with images', () => {
  test.each([
    ['a directory', (folder: string) => ({ kind: 'directory' as const, path: join(folder, 'bundle') })],
    [
      'a tar file',
      (folder: string) => ({ kind: 'tar' as const, path: join(folder, 'b.tar'), splitBytes: null }),
    ],
    [
      'parts',
      (folder: string) => ({ kind: 'tar' as const, path: join(folder, 'b.tar'), splitBytes: 99_999 }),
    ],
  ])('in %s returns the archives of the engine, and the models next to them', async (_, targetIn) => {
    const { source, images, write } = await laptop();
    const target = targetIn(quickFolder());
    const exported = await write(target);
    expect(exported.images.map(({ reference }) => reference)).toEqual(['engine:1', 'rma-worker:1']);
    expect(exported.files).toEqual(['rma-0.1.0.tgz', 'project/rma.yaml']);
    const spool = join(quickFolder(), 'spool');
    const bundle = await opened({ kind: 'path', path: target.path }, { spool });
    for (const image of images)
      expect(await archived(bundle.archive(image.image))).toEqual(await archived(await image.open()));
    await bundle.close();
    expect(existsSync(spool)).toBe(false);
    const root = quickFolder();
    await importBundle({ kind: 'path', path: target.path }, partsOf(root));
    await expectComplete(source, root, ['hf:org/tiny', 'ollama:tiny']);
  });

  test('in a stream returns the images first, then a bundle of the models', async () => {
    const { source, images, stream } = await laptop();
    const bundle = await opened({ kind: 'stdin' }, { stdin: Readable.from(streamOf(await stream())) });
    const [first] = images;
    if (first === undefined || bundle.models === null) throw new Error('no image or no models');
    expect(await archived(bundle.archive(first.image))).toEqual(await archived(await first.open()));
    const root = quickFolder();
    await importBundle({ kind: 'stdin' }, partsOf(root, { stdin: Readable.from(bundle.models) }));
    await bundle.close();
    await expectComplete(source, root, ['hf:org/tiny', 'ollama:tiny']);
  });

  test('has each layer once, is the same at each export, and a second one does not read the images again', async () => {
    const { images, write, stream } = await laptop();
    expect(sha256(await stream())).toBe(sha256(await stream()));
    const path = join(quickFolder(), 'bundle');
    await write({ kind: 'directory', path });
    const names = readdirSync(join(path, 'images'));
    expect(names.filter((name) => name === sha256(SHARED_LAYER))).toHaveLength(1);
    const [engine, worker] = images;
    const before = [engine?.reads.count, worker?.reads.count];
    const again = await write({ kind: 'directory', path });
    expect([engine?.reads.count, worker?.reads.count]).toEqual(before);
    expect(again.writtenBytes).toBe('package'.length + RMA_YAML.length);
    expect(readFileSync(join(path, 'project/rma.yaml'), 'utf8')).toBe(RMA_YAML);
  });

  test('unpacks only images that are needed, and none for an import of models', async () => {
    const { write } = await laptop();
    const path = join(quickFolder(), 'b.tar');
    await write({ kind: 'tar', path, splitBytes: null });
    const spool = join(quickFolder(), 'spool');
    const bundle = await opened({ kind: 'path', path }, { spool, has: ['engine:1'] });
    expect(bundle.images).toHaveLength(2);
    expect(bundle.needed.map(({ reference }) => reference)).toEqual(['rma-worker:1']);
    expect(readdirSync(spool)).not.toContain(sha256('engine'));
    await bundle.close();
    await opened({ kind: 'path', path }, { spool, has: ['engine:1', 'rma-worker:1'] });
    expect(existsSync(spool)).toBe(false);
  });

  test('with a wrong byte in a layer is refused with its name, from a directory and from a tar file', async () => {
    const { write } = await laptop();
    const folder = quickFolder();
    await write({ kind: 'directory', path: join(folder, 'bundle') });
    const layer = join(folder, 'bundle/images', sha256(SHARED_LAYER));
    writeFileSync(layer, readFileSync(layer).fill('X', 1000, 1001));
    const tar = join(folder, 'b.tar');
    await write({ kind: 'tar', path: tar, splitBytes: null });
    const bytes = readFileSync(tar);
    writeFileSync(
      tar,
      bytes.fill('X', bytes.indexOf(SHARED_LAYER) + 1000, bytes.indexOf(SHARED_LAYER) + 1001),
    );
    const spool = join(folder, 'spool');
    for (const path of [join(folder, 'bundle'), tar]) {
      const fault = await faultOf(opened({ kind: 'path', path }, { spool }));
      expect(fault).toMatchObject({ code: 'RMA_BUNDLE_CORRUPT', exitCode: 6 });
      expect(fault.message).toContain(`images/${sha256(SHARED_LAYER)}`);
      expect(existsSync(spool)).toBe(false);
    }
  });

  test('that ends in a layer is incomplete; the next run continues with the layers that were verified', async () => {
    const { write, stream } = await laptop();
    const path = join(quickFolder(), 'b.tar');
    await write({ kind: 'tar', path, splitBytes: null });
    const bytes = await stream();
    const cut = bytes.indexOf('engine', bytes.indexOf(SHARED_LAYER) + SHARED_LAYER.length);
    truncateSync(path, cut);
    const spool = join(quickFolder(), 'spool');
    for (const place of [{ kind: 'path' as const, path }, { kind: 'stdin' as const }]) {
      const stdin = Readable.from(streamOf(bytes.subarray(0, cut)));
      const fault = await faultOf(opened(place, { spool, stdin }));
      expect(fault).toMatchObject({ code: 'RMA_BUNDLE_INCOMPLETE', exitCode: 6 });
      expect(readdirSync(spool)).toContain(sha256(SHARED_LAYER));
    }
    const bundle = await opened({ kind: 'stdin' }, { spool, stdin: Readable.from(streamOf(bytes)) });
    expect(bundle.needed).toHaveLength(2);
    await bundle.close();
  });

  test('in a stream that ends in a model shows nothing of it', async () => {
    const { stream } = await laptop();
    const bytes = await stream();
    const stdin = Readable.from(streamOf(bytes.subarray(0, bytes.indexOf('weights weights') + 100)));
    const bundle = await opened({ kind: 'stdin' }, { stdin });
    const root = quickFolder();
    const rest = Readable.from(bundle.models ?? []);
    const fault = await faultOf(importBundle({ kind: 'stdin' }, partsOf(root, { stdin: rest })));
    expect(fault).toMatchObject({ code: 'RMA_BUNDLE_INCOMPLETE', exitCode: 6 });
    expect(shown(root)).toEqual([]);
  });

  test('is refused if its manifest names an image with an id that is not among its contents', async () => {
    const { write } = await laptop();
    const path = join(quickFolder(), 'bundle');
    await write({ kind: 'directory', path });
    const manifest = join(path, 'manifest.json');
    const id = sha256(JSON.stringify({ os: 'linux', reference: 'engine:1' }));
    writeFileSync(
      manifest,
      readFileSync(manifest, 'utf8').replace(`sha256:${id}`, `sha256:${sha256('other')}`),
    );
    expect(await faultOf(opened({ kind: 'path', path }))).toMatchObject({
      code: 'RMA_BUNDLE_INVALID',
      message: expect.stringContaining('engine:1'),
    });
  });

  test('never contains files next to models in the store, such as tokens', async () => {
    const { source, write } = await laptop();
    const planted = 'hf_plantedsecretvalue';
    for (const path of [
      '.env',
      'huggingface/token',
      'huggingface/stored_tokens',
      'modelscope/org/tiny/.env',
    ]) {
      mkdirSync(join(source.root, path, '..'), { recursive: true });
      writeFileSync(join(source.root, path), `HF_TOKEN=${planted}\n`);
    }
    const path = join(quickFolder(), 'bundle');
    await write({ kind: 'directory', path });
    const texts = readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    expect(texts.length).toBeGreaterThan(5);
    expect(texts.filter((text) => text.includes(planted))).toEqual([]);
  });
});
