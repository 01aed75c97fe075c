import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { expect } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { FileBundles } from '../../../src/adapters/store/bundle/file-bundles.ts';
import { realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { FileModelImport } from '../../../src/adapters/store/import/file-import.ts';
import { exportBundle, noExtras } from '../../../src/app/fetch/export-bundle.ts';
import { importBundle } from '../../../src/app/fetch/import-bundle.ts';
import { toErrorDocument } from '../../../src/core/errors.ts';
import { storePaths } from '../../../src/core/source/store-paths.ts';
import type { BundlePlace, BundleTarget } from '../../../src/ports/bundles.ts';
import { hubForTest } from '../../adapters/hub-server/hub-fixture.ts';
import { JumpingClock } from '../clock/jumping-clock.ts';
import { quickFolder } from '../files/temp-folder.ts';
import { modelOf } from './ollama-fixture.ts';
import { testFetcher, testStore, testUses } from './store-fixture.ts';

export const WEIGHTS = Buffer.alloc(200_000, 'weights ');
const files = { 'config.json': '{}', 'model.safetensors': { content: WEIGHTS, lfs: true } };
export const REFS = ['hf:org/tiny', 'hf:org/tiny@v1.0', 'ollama:tiny', 'ms:org/tiny'];
const signal = new AbortController().signal;

/** Returns a store with models of several sources that share content. */
export async function filled(refs: readonly string[] = REFS) {
  const hub = await hubForTest({
    repos: {
      'org/tiny': { files, revisions: { 'v1.0': { kind: 'tag', files: { ...files, 'config.json': '[]' } } } },
    },
    ollama: { 'library/tiny:latest': modelOf('{}') },
  });
  const root = quickFolder();
  const fetcher = testFetcher(root, hub.endpoint);
  for (const ref of refs)
    expect(await fetcher.fetch([await fetcher.resolve(ref)])).toMatchObject([{ state: 'present' }]);
  hub.log.clear();
  return { hub, root };
}

export function partsOf(
  root: string,
  streams: { stdin?: Readable; stdout?: PassThrough } = {},
  disk = realDisk,
) {
  const paths = storePaths(root, {});
  return {
    store: testStore(root, { disk, clock: new JumpingClock() }),
    uses: testUses(root, { disk }),
    imports: new FileModelImport({ paths, disk }),
    bundles: new FileBundles({
      paths,
      clock: systemClock,
      stdin: streams.stdin ?? Readable.from([]),
      stdout: streams.stdout ?? new PassThrough(),
      disk,
    }),
    signal,
    onProgress: () => undefined,
  };
}

export const exported = (root: string, target: BundleTarget, refs: readonly string[] = []) =>
  exportBundle({ root, refs, target, extras: noExtras }, partsOf(root));
export const imported = (root: string, place: BundlePlace, disk = realDisk) =>
  importBundle(place, partsOf(root, {}, disk));
export const faultOf = async (work: Promise<unknown>) =>
  toErrorDocument(await work.then(() => new Error('it succeeded')).catch((error: unknown) => error));

/** Expects that a store has all models, and needs nothing of the hub. */
export async function expectComplete({ hub }: Awaited<ReturnType<typeof filled>>, root: string, refs = REFS) {
  const fetcher = testFetcher(root, hub.endpoint);
  for (const ref of refs) {
    expect(await testStore(root).recall(ref), ref).toMatchObject({ missing: [] });
    expect(await fetcher.fetch([await fetcher.resolve(ref)])).toMatchObject([
      { state: 'present', fetchedBytes: 0 },
    ]);
  }
  expect(hub.log.contentRequests()).toEqual([]);
}

/** Returns what a store shows: everything but rma's own records. */
export function shown(root: string): readonly string[] {
  const names = existsSync(root) ? readdirSync(root, { recursive: true, withFileTypes: true }) : [];
  return names
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !path.startsWith('.rma'));
}
