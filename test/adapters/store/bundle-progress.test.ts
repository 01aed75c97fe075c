import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { FileServedStore } from '../../../src/adapters/store/serve/file-served-store.ts';
import { exportBundle, noExtras } from '../../../src/app/fetch/export-bundle.ts';
import { importBundle } from '../../../src/app/fetch/import-bundle.ts';
import type { ModelProgress } from '../../../src/core/domain/worker-status.ts';
import { storePaths } from '../../../src/core/source/store-paths.ts';
import type { BundleTarget } from '../../../src/ports/bundles.ts';
import { quickFolder } from '../../helpers/files/temp-folder.ts';
import { filled, partsOf, REFS } from '../../helpers/store/bundle-fixture.ts';
import { sha256 } from '../../helpers/store/import-fixture.ts';
import { testStore } from '../../helpers/store/store-fixture.ts';

/** Exports all models of a store. Returns the result and its progress. */
async function watched(root: string, target: BundleTarget) {
  const seen: ModelProgress[] = [];
  const onProgress = (progress: ModelProgress) => void seen.push(progress);
  const result = await exportBundle(
    { root, refs: [], target, extras: noExtras },
    { ...partsOf(root), onProgress },
  );
  return { result, seen };
}

test.each(['directory', 'tar'] as const)(
  'the progress of an export to a %s counts shared content once',
  async (kind) => {
    const { root } = await filled();
    const path = join(quickFolder(), 'bundle');
    const target = kind === 'directory' ? { kind, path } : { kind, path, splitBytes: null };
    const { result, seen } = await watched(root, target);
    expect(new Set(seen.map(({ totalBytes }) => totalBytes))).toEqual(new Set([result.bytes]));
    expect(seen.at(-1)).toMatchObject({ state: 'exporting', doneBytes: result.bytes });
  },
);

test('the progress of an export that is continued counts what is there as done', async () => {
  const { root } = await filled();
  const path = join(quickFolder(), 'bundle');
  await watched(root, { kind: 'directory', path });
  rmSync(join(path, 'contents', sha256('{}')));
  const { result, seen } = await watched(root, { kind: 'directory', path });
  expect(result.writtenBytes).toBe(2);
  expect(seen.at(-1)).toMatchObject({ doneBytes: result.bytes, totalBytes: result.bytes });
});

test.each(['directory', 'tar'] as const)(
  'the progress of an import from a %s counts shared content once',
  async (kind) => {
    const source = await filled();
    const path = join(quickFolder(), 'bundle');
    const { result } = await watched(
      source.root,
      kind === 'directory' ? { kind, path } : { kind, path, splitBytes: null },
    );
    const seen: ModelProgress[] = [];
    const onProgress = (progress: ModelProgress) => void seen.push(progress);
    await importBundle({ kind: 'path', path }, { ...partsOf(quickFolder()), onProgress });
    const importing = seen.filter(({ state }) => state === 'importing');
    expect(new Set(importing.map(({ ref, totalBytes }) => `${ref} ${totalBytes}`))).toEqual(
      new Set([`${path} ${result.bytes}`]),
    );
    expect(importing.at(-1)?.doneBytes).toBe(result.bytes);
    const ended = seen.filter(({ state }) => state === 'present').map(({ ref }) => ref);
    expect(ended).toHaveLength(REFS.length);
  },
);

test('what a store serves counts shared content once', async () => {
  const { root } = await filled();
  const paths = storePaths(root, {});
  const served = new FileServedStore({ paths, store: testStore(root), clock: systemClock });
  const { result } = await watched(root, { kind: 'directory', path: join(quickFolder(), 'bundle') });
  const { models, bytes } = await served.models();
  expect(models).toHaveLength(REFS.length);
  // the equal configuration of two repositories has a git hash in one and a sha256 in the other
  expect(bytes).toBe(result.bytes + '{}'.length);
});
