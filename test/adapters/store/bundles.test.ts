import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importBundle } from '../../../src/app/fetch/import-bundle.ts';
import { quickFolder } from '../../helpers/files/temp-folder.ts';
import {
  expectComplete,
  exported,
  faultOf,
  filled,
  imported,
  partsOf,
  REFS,
  shown,
  WEIGHTS,
} from '../../helpers/store/bundle-fixture.ts';
import { plantFile } from '../../helpers/store/foreign-store.ts';
import { sha256, stateOf } from '../../helpers/store/import-fixture.ts';
import { testStore } from '../../helpers/store/store-fixture.ts';

describe('a bundle in a directory', () => {
  test('contains shared content once, is imported completely, and again does nothing', async () => {
    const source = await filled();
    const before = stateOf(source.root);
    const path = join(quickFolder(), 'bundle');
    const result = await exported(source.root, { kind: 'directory', path });
    expect(result.models.map(({ reference }) => reference).sort()).toEqual([...REFS].sort());
    // the weights of three repositories, two configurations of hf, one of ms that is equal, and five blobs of Ollama
    expect(readdirSync(join(path, 'contents'))).toHaveLength(result.contents);
    expect(readdirSync(join(path, 'contents')).filter((name) => name === sha256(WEIGHTS))).toHaveLength(1);
    for (const name of readdirSync(join(path, 'contents')))
      expect(sha256(readFileSync(join(path, 'contents', name)))).toBe(name);
    expect(stateOf(source.root)).toBe(before);
    expect(await exported(source.root, { kind: 'directory', path })).toMatchObject({ writtenBytes: 0 });

    const root = quickFolder();
    const { outcomes } = await imported(root, { kind: 'path', path });
    expect(outcomes.map(({ state }) => state)).toEqual(REFS.map(() => 'imported'));
    await expectComplete(source, root);
    expect(readdirSync(join(root, '.rma/staging'))).toEqual([]);
    const again = await imported(root, { kind: 'path', path });
    expect(again.outcomes.map(({ state }) => state)).toEqual(REFS.map(() => 'present'));
  });

  test('is completed by a second export, which writes only what is missing', async () => {
    const source = await filled(['hf:org/tiny']);
    const path = quickFolder();
    await exported(source.root, { kind: 'directory', path });
    rmSync(join(path, 'contents', sha256('{}')));
    expect(await faultOf(imported(quickFolder(), { kind: 'path', path }))).toMatchObject({
      code: 'RMA_BUNDLE_INCOMPLETE',
      exitCode: 6,
    });
    expect(await exported(source.root, { kind: 'directory', path })).toMatchObject({ writtenBytes: 2 });
    expect(await imported(quickFolder(), { kind: 'path', path })).toMatchObject({
      outcomes: [{ state: 'imported' }],
    });
  });

  test('with one wrong byte is refused with the name of the file, and the store shows nothing of it', async () => {
    const source = await filled();
    const path = quickFolder();
    await exported(source.root, { kind: 'directory', path });
    writeFileSync(join(path, 'contents', sha256(WEIGHTS)), Buffer.alloc(WEIGHTS.length));
    const root = quickFolder();
    const fault = await faultOf(imported(root, { kind: 'path', path }));
    expect(fault).toMatchObject({ code: 'RMA_BUNDLE_CORRUPT', exitCode: 6 });
    expect(fault.message).toContain(`contents/${sha256(WEIGHTS)}`);
    expect(shown(root)).toEqual([]);
    expect(readdirSync(join(root, '.rma/staging'))).toEqual([]);
  });

  test('is continued after Ctrl-C, and does not look like an old partial download in between', async () => {
    const source = await filled(['hf:org/tiny']);
    const path = quickFolder();
    await exported(source.root, { kind: 'directory', path });
    const old = new Date('2026-01-01');
    for (const name of readdirSync(join(path, 'contents')))
      utimesSync(join(path, 'contents', name), old, old);
    const root = quickFolder();
    const stop = new AbortController();
    const interrupted = importBundle(
      { kind: 'path', path },
      { ...partsOf(root), signal: stop.signal, onProgress: () => stop.abort(new Error('interrupted')) },
    );
    await expect(interrupted).rejects.toThrow('interrupted');
    const [folder = ''] = readdirSync(join(root, '.rma/staging'));
    const manifest = statSync(join(root, '.rma/staging', folder, 'manifest.json'));
    expect(manifest.mtimeMs).toBeGreaterThan(old.getTime());
    const { outcomes } = await imported(root, { kind: 'path', path });
    expect(outcomes).toMatchObject([{ state: 'imported' }]);
    expect(readdirSync(join(root, '.rma/staging'))).toEqual([]);
  });

  test('is not written from a store with a corrupt file', async () => {
    const source = await filled(['hf:org/tiny']);
    const [model] = (await testStore(source.root).inventory()).models;
    const content = model?.files.find(({ path }) => path === 'model.safetensors')?.content ?? '';
    writeFileSync(join(source.root, content), Buffer.alloc(WEIGHTS.length));
    const fault = await faultOf(exported(source.root, { kind: 'directory', path: quickFolder() }));
    expect(fault).toMatchObject({ code: 'RMA_BUNDLE_SOURCE', exitCode: 6 });
    expect(fault.message).toContain(content);
    expect(fault.hint).toBe('repair the store: rma models repair; or export other models only');
  });
});

test('a selection of models is exported; another model of the store is not found', async () => {
  const source = await filled();
  const path = quickFolder();
  expect(await exported(source.root, { kind: 'directory', path }, ['ollama:tiny:latest'])).toMatchObject({
    models: [{ reference: 'ollama:tiny' }],
  });
  expect(await faultOf(exported(source.root, { kind: 'directory', path }, ['ollama:other']))).toMatchObject({
    code: 'RMA_MODEL_NOT_FOUND',
  });
});

describe('two exports to one target at the same time', () => {
  test.each([
    ['a tar file', null],
    ['a tar file in parts', 65_536],
  ])('one of them writes %s, and the other fails with a clear error', async (_, splitBytes) => {
    const source = await filled();
    const folder = quickFolder();
    const target = { kind: 'tar', path: join(folder, 'models.tar'), splitBytes } as const;
    const outcomes = await Promise.allSettled([1, 2].map(() => exported(source.root, target)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'RMA_BUNDLE_TARGET', exitCode: 3 },
    });
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
    const root = quickFolder();
    await imported(root, { kind: 'path', path: target.path });
    await expectComplete(source, root);
  });

  test('both write a directory, which is complete', async () => {
    const source = await filled();
    const path = join(quickFolder(), 'bundle');
    await Promise.all([1, 2].map(() => exported(source.root, { kind: 'directory', path })));
    expect(readdirSync(join(path, 'contents')).filter((name) => name.endsWith('.part'))).toEqual([]);
    const root = quickFolder();
    await imported(root, { kind: 'path', path });
    await expectComplete(source, root);
  });
});

test.each(['tar', 'directory'] as const)(
  'an export to a %s removes what a killed one left an hour ago, and nothing else',
  async (kind) => {
    const source = await filled(['hf:org/tiny']);
    const folder = join(quickFolder(), 'out');
    const id = '00000000-0000-4000-8000-000000000000';
    const [old, running, mine] = [`models.tar.${id}.part`, `other.${id}.part`, 'mine.part'];
    for (const name of [old, running, mine]) plantFile(folder, name);
    const before = new Date(Date.now() - 2 * 60 * 60 * 1000);
    for (const name of [old, mine]) utimesSync(join(folder, name), before, before);
    const path = kind === 'tar' ? join(folder, 'models.tar') : folder;
    await exported(source.root, kind === 'tar' ? { kind, path, splitBytes: null } : { kind, path });
    const names = readdirSync(folder);
    expect(names.filter((name) => name.endsWith('.part')).sort()).toEqual([mine, running]);
  },
);

test('an export keeps the complete parts of a split bundle that another export is still writing', async () => {
  const source = await filled(['hf:org/tiny']);
  const folder = join(quickFolder(), 'out');
  const id = '00000000-0000-4000-8000-000000000000';
  const parts = [`other.tar.001.${id}.part`, `other.tar.002.${id}.part`];
  for (const name of parts) plantFile(folder, name);
  const before = new Date(Date.now() - 2 * 60 * 60 * 1000);
  utimesSync(join(folder, `other.tar.001.${id}.part`), before, before);
  await exported(source.root, { kind: 'tar', path: join(folder, 'models.tar'), splitBytes: null });
  expect(readdirSync(folder).sort()).toEqual(['models.tar', ...parts]);
});

test.each([
  ['lacks a layer', (files: { bytes: number }[]) => files.slice(1)],
  [
    'has another size for a layer',
    ([first, ...rest]: { bytes: number }[]) => [{ ...first, bytes: (first?.bytes ?? 0) + 1 }, ...rest],
  ],
])('an Ollama model whose list of files %s is refused before anything is shown', async (_, change) => {
  const source = await filled(['ollama:tiny']);
  const path = quickFolder();
  await exported(source.root, { kind: 'directory', path });
  const manifest = JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8'));
  const [entry] = manifest.models;
  entry.model.files = change(entry.model.files);
  for (const { digest, bytes } of entry.model.files)
    manifest.contents.find(({ sha256: hex }: { sha256: string }) => hex === digest.hex).bytes = bytes;
  writeFileSync(join(path, 'manifest.json'), JSON.stringify(manifest));
  const root = quickFolder();
  const fault = await faultOf(imported(root, { kind: 'path', path }));
  expect(fault).toMatchObject({ code: 'RMA_BUNDLE_INVALID', exitCode: 6 });
  expect(fault.message).toContain(
    'its manifest is inconsistent for ollama:tiny: its list of files lacks sha256-',
  );
  expect(shown(root)).toEqual([]);
});
