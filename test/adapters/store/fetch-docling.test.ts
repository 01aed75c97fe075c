import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { DOCLING_RELEASES } from '../../../src/core/source/docling/releases.ts';
import { doclingStore, filesOf, startDoclingHub } from '../../helpers/store/docling-fixture.ts';
import { contentAt } from '../../helpers/store/docling-hashes.ts';
import { filesIn } from '../../helpers/store/ms-fixture.ts';
import { testStore } from '../../helpers/store/store-fixture.ts';
import { flipByte, problemsOf, repairStore, verifyStore } from '../../helpers/store/verify-fixture.ts';

vi.mock('../../../src/core/source/docling/releases.ts', async (original) => {
  const { withTestHashes } = await import('../../helpers/store/docling-hashes.ts');
  return withTestHashes(await original());
});

const RELEASE = DOCLING_RELEASES['2.143']!;
const NONE = { force: false, onWait: () => {}, signal: new AbortController().signal };

async function setUp() {
  const hub = await startDoclingHub(RELEASE);
  return { hub, ...doclingStore(hub) };
}

const HERON = 'docling-project--docling-layout-heron';

test('[req D08] [req D11] [req T20] the default models are stored as docling-tools stores them: both layout repositories, all their files, and RapidOcr', async () => {
  const { folder, fetch } = await setUp();
  expect(await fetch('docling:default')).toMatchObject([{ state: 'present' }]);
  expect(readdirSync(folder).sort()).toEqual([
    'RapidOcr',
    'docling-project--CodeFormulaV2',
    'docling-project--DocumentFigureClassifier-v2.5',
    HERON,
    `${HERON}-onnx`,
    'docling-project--docling-models',
  ]);
  expect(filesIn(join(folder, HERON))).toEqual(
    Object.keys(filesOf('docling-project/docling-layout-heron')).sort(),
  );
  expect(filesIn(join(folder, 'RapidOcr'))).toEqual([
    'PP-OCRv6_det_small.onnx',
    'PP-OCRv6_det_small.pth',
    'PP-OCRv6_rec_small.onnx',
    'PP-OCRv6_rec_small.pth',
    'ch_ppocr_mobile_v2.0_cls_mobile.onnx',
    'ch_ppocr_mobile_v2.0_cls_mobile.pth',
    'ppocrv6_dict.txt',
  ]);
});

test('[req D10] all models of a release are stored with one reference; a second run requests nothing of their content', async () => {
  const { hub, folder, fetch } = await setUp();
  expect(await fetch('docling:all')).toMatchObject([{ state: 'present' }]);
  const repositories = Object.values(RELEASE.models)
    .flat()
    .flatMap((part) => (part.kind === 'repository' ? [part.repo.replace('/', '--')] : []));
  expect(readdirSync(folder).sort()).toEqual([...new Set(['EasyOcr', 'RapidOcr', ...repositories])].sort());
  hub.log.clear();
  expect(await fetch('docling:all')).toMatchObject([{ state: 'present', fetchedBytes: 0 }]);
  // the directories of the archives are read again with the list of files
  const content = hub.log.contentRequests().filter(({ path }) => !path.endsWith('.zip'));
  expect(content.filter(({ method }) => method === 'GET')).toEqual([]);
});

test('an archive is unpacked by its own directory, and nothing else of it stays', async () => {
  const { root, folder, fetch } = await setUp();
  expect(await fetch('docling:easyocr')).toMatchObject([{ state: 'present' }]);
  const [craft] = RELEASE.models['easyocr']!;
  expect(filesIn(folder)).toEqual([
    'EasyOcr/craft_mlt_25k.pth',
    'EasyOcr/english_g2.pth',
    'EasyOcr/latin_g2.pth',
  ]);
  const path = join(folder, 'EasyOcr/craft_mlt_25k.pth');
  expect(readFileSync(path, 'utf8')).toBe(contentAt(craft?.kind === 'archive' ? craft.url : ''));
  expect(statSync(path).mode & 0o7777).toBe(0o644);
  expect(filesIn(join(root, '.rma/staging'))).toEqual([]);
});

test('references share their directories: nothing is downloaded twice, and the removal of one keeps what another needs', async () => {
  const { hub, root, folder, fetch } = await setUp();
  await fetch('docling:layout');
  hub.log.clear();
  await fetch('docling:layout,tableformer', 'docling:tableformer');
  const paths = hub.log.contentRequests().map(({ path }) => path);
  expect(paths.filter((path) => path.includes('layout-heron'))).toEqual([]);
  expect(new Set(paths).size).toBe(paths.length);
  const store = testStore(root);
  const { models } = await store.inventory();
  expect(models).toMatchObject([
    { references: ['docling:layout'], path: 'docling/layout', missing: [] },
    { references: ['docling:layout,tableformer'], missing: [] },
    { references: ['docling:tableformer'], missing: [] },
  ]);
  const removal = await store.remove(['docling/layout,tableformer', 'docling/tableformer'], NONE);
  expect(removal.keptBy).toEqual(['docling:layout']);
  expect(readdirSync(folder).sort()).toEqual([HERON, `${HERON}-onnx`]);
  expect(await fetch('docling:layout')).toMatchObject([{ state: 'present', fetchedBytes: 0 }]);
  await store.remove(['docling/layout'], NONE);
  expect(readdirSync(folder)).toEqual([]);
  expect(await store.inventory()).toMatchObject({ models: [], unknown: [], orphans: [] });
});

test('[req D16] an empty directory is not complete', async () => {
  const { folder, store, fetcher, fetch } = await setUp();
  const model = await fetcher.resolve('docling:layout');
  await fetch('docling:layout');
  rmSync(join(folder, HERON), { recursive: true });
  expect(await store.check(model)).toMatchObject({ state: 'partial' });
});

test('a directory of docling-tools is adopted, and its records stay', async () => {
  const { hub, root, folder, fetch } = await setUp();
  await fetch('docling:layout,easyocr');
  rmSync(join(root, '.rma'), { recursive: true });
  const record = join(folder, HERON, '.cache/huggingface/download/config.json.metadata');
  mkdirSync(dirname(record), { recursive: true });
  writeFileSync(record, 'x');
  expect(await testStore(root).inventory()).toMatchObject({
    models: [
      { references: ['docling/EasyOcr'] },
      { references: [`docling/${HERON}`] },
      { references: [`docling/${HERON}-onnx`] },
    ],
    unknown: [],
  });
  hub.log.clear();
  expect(await fetch('docling:layout,easyocr')).toMatchObject([{ state: 'present', fetchedBytes: 0 }]);
  expect(
    hub.log.contentRequests().filter(({ method, path }) => method === 'GET' && !path.endsWith('.zip')),
  ).toEqual([]);
  expect(await testStore(root).inventory()).toMatchObject({
    models: [{ references: ['docling:layout,easyocr'] }],
    unknown: [],
  });
  expect(existsSync(record)).toBe(true);
});

test('after a repository has moved, changed files are downloaded; a file that is gone is removed when no reference has it', async () => {
  const { hub, folder, fetch } = await setUp();
  await fetch('docling:layout', 'docling:default');
  const { 'config.json': _, ...files } = filesOf('docling-project/docling-layout-heron');
  hub.publish('docling-project/docling-layout-heron', { files: { ...files, 'new.txt': 'new' } });
  expect(await fetch('docling:default')).toMatchObject([{ state: 'present', fetchedBytes: 3 }]);
  const config = join(folder, HERON, 'config.json');
  expect(existsSync(config)).toBe(true);
  expect(await fetch('docling:layout')).toMatchObject([{ state: 'present', fetchedBytes: 0 }]);
  expect(existsSync(config)).toBe(false);
});

test('without a hub, the store answers by its record', async () => {
  const { root, fetcher, fetch } = await setUp();
  const model = await fetcher.resolve('docling:layout,easyocr');
  await fetch('docling:layout,easyocr');
  expect(await testStore(root).recall('docling:layout,easyocr')).toMatchObject({ model, missing: [] });
  expect(await testStore(root).recall('docling:default')).toBeNull();
});

test('a flipped byte of an unpacked file and of a repository is found and repaired', async () => {
  const { hub, root, folder, fetcher, fetch } = await setUp();
  await fetch('docling:layout,easyocr');
  const broken = ['EasyOcr/english_g2.pth', `${HERON}/model.safetensors`];
  for (const path of broken) flipByte(join(folder, path));
  const found = await verifyStore(root, { deep: true });
  expect(problemsOf(found)).toEqual(broken.map((path) => `docling/${path}: content`));
  expect(found.problems[0]?.text).toMatch(/^md5 mismatch/);
  expect(await repairStore(root, hub.endpoint, { fetcher })).toMatchObject({ exitCode: 0 });
  expect(problemsOf(await verifyStore(root, { deep: true }))).toEqual([]);
});
