import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { unpackPlace } from '../../../src/adapters/store/bundle/unpack-directory.ts';
import { exportBundle, noExtras } from '../../../src/app/fetch/export-bundle.ts';
import { importBundle } from '../../../src/app/fetch/import-bundle.ts';
import { contentName, formatManifest, parseManifest } from '../../../src/core/bundle/bundle-manifest.ts';
import type { BundleManifest } from '../../../src/core/domain/bundle.ts';
import { quickFolder } from '../../helpers/files/temp-folder.ts';
import {
  expectComplete,
  exported,
  faultOf,
  filled,
  imported,
  partsOf,
  WEIGHTS,
} from '../../helpers/store/bundle-fixture.ts';
import { KEEP_30_DAYS, noWait, testCache } from '../../helpers/store/cache-fixture.ts';
import { COMMIT, sha } from '../../helpers/store/foreign-store.ts';
import { bytesOf } from '../../helpers/store/image-fixture.ts';
import { sha256 } from '../../helpers/store/import-fixture.ts';
import { testFetcher, testStore } from '../../helpers/store/store-fixture.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

/** Creates a file without any written block. */
function plantSparse(path: string, bytes: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  truncateSync(path, bytes);
}

/** Returns a stream that ends after the manifest of a bundle. */
async function onlyManifest(manifest: BundleManifest): Promise<Readable> {
  const tar = pack();
  tar.entry({ name: 'manifest.json' }, formatManifest(manifest));
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  return Readable.from([Buffer.concat(chunks)]);
}

/** Returns the manifest of a bundle that is larger than the free space, and the size of its only content. */
async function tooLarge(
  root: string,
): Promise<{ readonly manifest: BundleManifest; readonly bytes: number }> {
  const { bavail, bsize } = await statfs(root);
  const bytes = bavail * bsize + 1;
  const digest = { algorithm: 'sha256', hex: sha('a') } as const;
  const model = {
    source: 'hf',
    ref: 'hf:org/huge',
    repo: 'org/huge',
    revision: 'main',
    commit: COMMIT,
    complete: true,
    files: [{ path: 'model.bin', bytes, digest }],
  };
  const files = [{ path: 'model.bin', sha256: sha('a') }];
  const models = [{ model, files, whole: true, listing: [] }];
  const text = JSON.stringify({ schema: 'rma.bundle/v1', models, contents: [{ sha256: sha('a'), bytes }] });
  return { manifest: parseManifest(text, 'a test'), bytes };
}

/** Returns the bytes of a bundle of all models of a store. */
async function streamOfBundle(root: string): Promise<Buffer> {
  const stdout = new PassThrough();
  const written = exportBundle(
    { root, refs: [], target: { kind: 'stdout' }, extras: noExtras },
    partsOf(root, { stdout }),
  ).finally(() => stdout.end());
  const [bytes] = await Promise.all([bytesOf(stdout as AsyncIterable<Uint8Array>), written]);
  return bytes;
}

/** Returns what other processes have reserved, as a download that begins now counts it. */
async function reservedIn(root: string): Promise<number> {
  const signal = new AbortController().signal;
  const hub = await hubForTest({ repos: { 'org/more': { files: { 'a.txt': 'a' } } } });
  const model = await testFetcher(root, hub.endpoint).resolve('hf:org/more');
  const lease = await testStore(root).lease(model, () => undefined, signal);
  let reserved = 0;
  await lease.reserve({
    remaining: () => 1,
    isEnough: async (bytes) => {
      reserved = bytes;
      return true;
    },
    onWait: () => undefined,
    signal,
  });
  await lease.release();
  return reserved;
}

describe('[fail R3] space for the import of a bundle', () => {
  test('is not needed for what an interrupted import has unpacked', async () => {
    const [root, path] = [quickFolder(), quickFolder()];
    const { manifest, bytes } = await tooLarge(root);
    writeFileSync(join(path, 'manifest.json'), formatManifest(manifest));
    plantSparse(join(path, contentName(sha('a'))), bytes);
    const { directory } = unpackPlace(join(root, '.rma'), manifest);
    plantSparse(join(directory, contentName(sha('a'))), bytes);
    expect(await imported(root, { kind: 'path', path })).toMatchObject({ outcomes: [{ state: 'imported' }] });
  });

  test('is not needed for what an interrupted import of a stream has unpacked', async () => {
    const root = quickFolder();
    const { manifest, bytes } = await tooLarge(root);
    const { directory } = unpackPlace(join(root, '.rma'), manifest);
    plantSparse(join(directory, contentName(sha('a'))), bytes);
    const stdin = await onlyManifest(manifest);
    expect(await faultOf(importBundle({ kind: 'stdin' }, partsOf(root, { stdin })))).toMatchObject({
      code: 'RMA_BUNDLE_INCOMPLETE',
    });
  });

  test('is not needed for what can be hard-linked', async () => {
    const [root, path] = [quickFolder(), quickFolder()];
    const { manifest, bytes } = await tooLarge(root);
    writeFileSync(join(path, 'manifest.json'), formatManifest(manifest));
    plantSparse(join(path, contentName(sha('a'))), bytes);
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error('it reads the bundle'));
    const parts = { ...partsOf(root), signal: stop.signal, onProgress };
    await expect(importBundle({ kind: 'path', path }, parts)).rejects.toThrow('it reads the bundle');
  });

  test('is needed for what is written later on the same file system, and not elsewhere', async () => {
    const source = await filled(['hf:org/tiny']);
    const stdin = async () => Readable.from([await streamOfBundle(source.root)]);
    const [root, other] = [quickFolder(), '/proc'];
    const { bavail, bsize } = await statfs(root);
    const bytes = bavail * bsize;
    const parts = async () => partsOf(root, { stdin: await stdin() });
    const here = importBundle({ kind: 'stdin' }, { ...(await parts()), later: { path: root, bytes } });
    expect(await faultOf(here)).toMatchObject({ code: 'RMA_STORE_NO_ROOM', exitCode: 5 });
    const there = { ...(await parts()), later: { path: other, bytes } };
    expect(await importBundle({ kind: 'stdin' }, there)).toMatchObject({ outcomes: [{ state: 'imported' }] });
  });

  test('[fail D3] is reserved while it is unpacked, and free afterwards', async () => {
    const source = await filled(['hf:org/tiny']);
    const bundle = await streamOfBundle(source.root);
    const stdin = new PassThrough();
    const root = quickFolder();
    const half = bundle.length - WEIGHTS.length / 2;
    let done: Promise<unknown> = Promise.resolve();
    await new Promise<void>((begun) => {
      const parts = { ...partsOf(root, { stdin }), onProgress: () => begun() };
      done = importBundle({ kind: 'stdin' }, parts);
      stdin.write(bundle.subarray(0, half));
    });
    const reserved = await reservedIn(root);
    expect(reserved).toBeGreaterThan(0);
    expect(reserved).toBeLessThanOrEqual(WEIGHTS.length + 2);
    stdin.end(bundle.subarray(half));
    expect(await done).toMatchObject({ outcomes: [{ state: 'imported' }] });
    expect(await reservedIn(root)).toBe(0);
  });

  test('is needed for everything else', async () => {
    const root = quickFolder();
    const { manifest } = await tooLarge(root);
    const stdin = await onlyManifest(manifest);
    expect(await faultOf(importBundle({ kind: 'stdin' }, partsOf(root, { stdin })))).toMatchObject({
      code: 'RMA_STORE_NO_ROOM',
      exitCode: 5,
    });
  });
});

test('an interrupted import does not trust a linked file of the bundle that changed meanwhile', async () => {
  // the last content is only in the second model
  const source = await filled(['hf:org/tiny', 'hf:org/tiny@v1.0']);
  const path = quickFolder();
  await exported(source.root, { kind: 'directory', path });
  const root = quickFolder();
  const unpacked = () =>
    readdirSync(join(root, '.rma/staging'), { recursive: true, encoding: 'utf8' }).some((name) =>
      name.endsWith(`contents/${sha256(WEIGHTS)}`),
    );
  const stop = new AbortController();
  const onProgress = () => {
    if (unpacked()) stop.abort(new Error('interrupted'));
  };
  const parts = { ...partsOf(root), signal: stop.signal, onProgress };
  await expect(importBundle({ kind: 'path', path }, parts)).rejects.toThrow('interrupted');
  expect(statSync(join(path, 'contents', sha256(WEIGHTS))).nlink).toBe(2);
  writeFileSync(join(path, 'contents', sha256(WEIGHTS)), Buffer.alloc(WEIGHTS.length, 'other '));
  expect(await faultOf(imported(root, { kind: 'path', path }))).toMatchObject({ code: 'RMA_BUNDLE_CORRUPT' });
});

describe('[fail C10] two imports of one bundle at the same time', () => {
  /** Returns a bundle, cut in its last content. */
  async function bundleOf(source: Awaited<ReturnType<typeof filled>>) {
    const path = join(quickFolder(), 'models.tar');
    await exported(source.root, { kind: 'tar', path, splitBytes: null });
    const bytes = readFileSync(path);
    return { path, start: bytes.subarray(0, bytes.length - 50_000), end: bytes.subarray(-50_000) };
  }

  /** Starts an import of a stream, and returns once it unpacks. */
  async function started(root: string, start: Uint8Array) {
    const stdin = new PassThrough();
    stdin.write(start);
    return new Promise<{ stdin: PassThrough; first: ReturnType<typeof importBundle> }>((resolve) => {
      const onProgress = () => resolve({ stdin, first });
      const first = importBundle({ kind: 'stdin' }, { ...partsOf(root, { stdin }), onProgress });
    });
  }

  test('wait for each other, and both end with complete models', async () => {
    const source = await filled(['hf:org/tiny']);
    const { path, start, end } = await bundleOf(source);
    const root = quickFolder();
    const { stdin, first } = await started(root, start);
    const second = importBundle(
      { kind: 'path', path },
      {
        ...partsOf(root),
        onProgress: ({ state, note }) => {
          if (state === 'waiting' && note?.startsWith('locked by ') === true) stdin.end(end);
        },
      },
    );
    expect((await first).outcomes).toMatchObject([{ state: 'imported' }]);
    expect((await second).outcomes).toMatchObject([{ state: 'present' }]);
    await expectComplete(source, root, ['hf:org/tiny']);
    expect(readdirSync(join(root, '.rma/staging'))).toEqual([]);
  });

  test('are not disturbed by a prune that removes every partial download', async () => {
    const source = await filled(['hf:org/tiny']);
    const { start, end } = await bundleOf(source);
    const root = quickFolder();
    const { stdin, first } = await started(root, start);
    const policy = { ...KEEP_30_DAYS, partialsSeconds: 0, graceSeconds: 0 };
    await testCache(root, { clock: systemClock }).prune(policy, noWait);
    stdin.end(end);
    expect((await first).outcomes).toMatchObject([{ state: 'imported' }]);
    await expectComplete(source, root, ['hf:org/tiny']);
  });
});
