import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { exportBundle, noExtras } from '../../../src/app/fetch/export-bundle.ts';
import { importBundle } from '../../../src/app/fetch/import-bundle.ts';
import { quickFolder } from '../../helpers/files/temp-folder.ts';
import {
  expectComplete,
  exported,
  faultOf,
  filled,
  imported,
  partsOf,
  shown,
  WEIGHTS,
} from '../../helpers/store/bundle-fixture.ts';
import { sha256 } from '../../helpers/store/import-fixture.ts';

describe('a bundle in a tar file', () => {
  test.each([
    ['in one file', null],
    ['in parts', 65_536],
  ])('%s is imported completely, whichever name it is called by', async (_, splitBytes) => {
    const source = await filled();
    const folder = quickFolder();
    const path = join(folder, 'models.tar');
    await exported(source.root, { kind: 'tar', path, splitBytes });
    const names = readdirSync(folder).sort();
    expect(names[0]).toBe(splitBytes === null ? 'models.tar' : 'models.tar.001');
    if (splitBytes !== null)
      for (const name of names)
        expect(readFileSync(join(folder, name)).length).toBeLessThanOrEqual(splitBytes);
    for (const name of [path, ...names.slice(0, 2).map((each) => join(folder, each))]) {
      const root = quickFolder();
      await imported(root, { kind: 'path', path: name });
      await expectComplete(source, root);
      expect(readdirSync(join(root, '.rma/staging'))).toEqual([]);
    }
    expect(await faultOf(exported(source.root, { kind: 'tar', path, splitBytes }))).toMatchObject({
      code: 'RMA_BUNDLE_TARGET',
    });
  });

  test('has as many parts as an import finds, and is refused before anything is written if it needs more', async () => {
    const source = await filled(['hf:org/tiny']);
    const folder = quickFolder();
    const path = join(folder, 'models.tar');
    await exported(source.root, { kind: 'tar', path, splitBytes: null });
    const { size } = statSync(path);
    rmSync(path);
    const splitBytes = Math.ceil(size / 999);
    expect(
      await faultOf(exported(source.root, { kind: 'tar', path, splitBytes: splitBytes - 1 })),
    ).toMatchObject({ code: 'RMA_USAGE_INVALID', exitCode: 2, hint: 'write larger parts: --split 1MB' });
    expect(readdirSync(folder)).toEqual([]);
    await exported(source.root, { kind: 'tar', path, splitBytes });
    const root = quickFolder();
    await imported(root, { kind: 'path', path });
    await expectComplete(source, root, ['hf:org/tiny']);
  });

  test('through stdout and stdin is the same, and equal for equal models', async () => {
    const source = await filled();
    const read = async () => {
      const stdout = new PassThrough();
      const chunks: Buffer[] = [];
      stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      await exportBundle(
        { root: source.root, refs: [], target: { kind: 'stdout' }, extras: noExtras },
        partsOf(source.root, { stdout }),
      );
      return Buffer.concat(chunks);
    };
    const bundle = await read();
    expect(sha256(await read())).toBe(sha256(bundle));
    const root = quickFolder();
    await importBundle({ kind: 'stdin' }, partsOf(root, { stdin: Readable.from([bundle]) }));
    await expectComplete(source, root);
  });

  test.each([
    ['in the middle of a content', 0.5],
    ['in the manifest', 0.0005],
    ['before anything', 0],
  ])('that ends %s is refused, and the store shows nothing of it', async (_, share) => {
    const source = await filled();
    const path = join(quickFolder(), 'models.tar');
    await exported(source.root, { kind: 'tar', path, splitBytes: null });
    const whole = readFileSync(path);
    truncateSync(path, Math.floor(whole.length * share));
    const root = quickFolder();
    expect(await faultOf(imported(root, { kind: 'path', path }))).toMatchObject({
      code: 'RMA_BUNDLE_INCOMPLETE',
      exitCode: 6,
    });
    expect(shown(root)).toEqual([]);
    // what is verified waits for the next import of the same bundle
    expect(readdirSync(join(root, '.rma/staging'))).toHaveLength(share === 0.5 ? 1 : 0);
    writeFileSync(path, whole);
    await imported(root, { kind: 'path', path });
    await expectComplete(source, root);
    expect(readdirSync(join(root, '.rma/staging'))).toEqual([]);
  });

  test('without one of its parts is incomplete, and the part is named', async () => {
    const source = await filled();
    const folder = quickFolder();
    const path = join(folder, 'models.tar');
    await exported(source.root, { kind: 'tar', path, splitBytes: 65_536 });
    const last = readdirSync(folder).sort().at(-1) ?? '';
    rmSync(join(folder, last));
    const place = { kind: 'path' as const, path };
    expect(await faultOf(imported(quickFolder(), place))).toMatchObject({
      code: 'RMA_BUNDLE_INCOMPLETE',
      message: expect.stringContaining('further parts may be missing'),
    });
    rmSync(`${path}.003`);
    for (const name of [path, `${path}.001`, `${path}.002`])
      expect(await faultOf(imported(quickFolder(), { kind: 'path', path: name }))).toMatchObject({
        code: 'RMA_BUNDLE_INCOMPLETE',
        message: expect.stringContaining(`${path}.003 is missing`),
      });
    rmSync(`${path}.001`);
    expect(await faultOf(imported(quickFolder(), place))).toMatchObject({
      message: expect.stringContaining(`${path}.001 is missing`),
    });
  });

  test('with one wrong byte is refused with the name of the file', async () => {
    const source = await filled(['hf:org/tiny']);
    const path = join(quickFolder(), 'models.tar');
    await exported(source.root, { kind: 'tar', path, splitBytes: null });
    const bytes = readFileSync(path);
    bytes.writeUInt8(1, bytes.indexOf('weights weights') + 5000);
    writeFileSync(path, bytes);
    const root = quickFolder();
    const fault = await faultOf(imported(root, { kind: 'path', path }));
    expect(fault).toMatchObject({ code: 'RMA_BUNDLE_CORRUPT', exitCode: 6 });
    expect(fault.message).toContain(`contents/${sha256(WEIGHTS)}`);
    expect(shown(root)).toEqual([]);
  });

  test.each([
    ['a path that leads out', { name: '../../evil', type: 'file' as const }],
    ['an absolute path', { name: '/etc/evil', type: 'file' as const }],
    [
      'a symbolic link',
      { name: `contents/${sha256('x')}`, type: 'symlink' as const, linkname: '/etc/passwd' },
    ],
    ['a hard link', { name: `contents/${sha256('x')}`, type: 'link' as const, linkname: '/etc/passwd' }],
    ['a content that the manifest does not list', { name: `contents/${sha256('y')}`, type: 'file' as const }],
  ])('with %s is refused, and nothing is written', async (_, header) => {
    const manifest = { schema: 'rma.bundle/v1', models: [], contents: [{ sha256: sha256('x'), bytes: 1 }] };
    const tar = pack();
    tar.entry({ name: 'manifest.json' }, JSON.stringify(manifest));
    tar.entry(header, header.type === 'file' ? 'x' : '');
    tar.finalize();
    const chunks: Uint8Array[] = [];
    for await (const chunk of tar) chunks.push(chunk as Uint8Array);
    const root = quickFolder();
    const stdin = Readable.from([Buffer.concat(chunks)]);
    const fault = await faultOf(importBundle({ kind: 'stdin' }, partsOf(root, { stdin })));
    expect(fault).toMatchObject({ code: 'RMA_BUNDLE_INVALID', exitCode: 6 });
    expect(shown(root)).toEqual([]);
    expect(readdirSync(join(root, '.rma/staging'))).toEqual([]);
  });

  test.each([
    ['is no tar file', Buffer.alloc(4096, 'x'), 'RMA_BUNDLE_INVALID'],
    ['is a tar file of something else', null, 'RMA_BUNDLE_INVALID'],
  ])('that %s is refused', async (_, data, code) => {
    const tar = pack();
    tar.entry({ name: 'README' }, 'x');
    tar.finalize();
    const chunks: Uint8Array[] = [];
    for await (const chunk of tar) chunks.push(chunk as Uint8Array);
    const stdin = Readable.from([data ?? Buffer.concat(chunks)]);
    const root = quickFolder();
    expect(await faultOf(importBundle({ kind: 'stdin' }, partsOf(root, { stdin })))).toMatchObject({ code });
  });
});
