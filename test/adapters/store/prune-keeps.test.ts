import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/core/cache/policy.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import {
  clockAhead,
  KEEP_30_DAYS,
  namesOf,
  noWait,
  setAge,
  storeTree,
  testCache,
} from '../../helpers/store/cache-fixture.ts';
import { COMMIT, OTHER, plantFile, plantSnapshot, sha } from '../../helpers/store/foreign-store.ts';
import { blob, HUB, MANIFESTS, plantHub, plantOllama } from '../../helpers/store/old-models.ts';
import { testStore } from '../../helpers/store/store-fixture.ts';

let root = '';
beforeEach(() => {
  root = tempFolder();
});

const onDisk = (path: string) => statSync(join(root, path)).blocks * 512;

describe('prune', () => {
  test('never removes unknown files or models of unknown source, also not from the directory of a removed model', async () => {
    plantFile(root, 'gguf/default/mine.gguf', 'GGUF');
    plantFile(root, 'local/org/name/w.bin');
    plantFile(root, 'notes.txt');
    plantFile(root, 'ollama/blobs/backup.tar');
    plantFile(root, 'huggingface/hub/mine/x');
    plantHub(root);
    plantFile(root, `${HUB}/snapshots/${COMMIT}/notes.txt`);
    const before = storeTree(root);
    for (const path of Object.keys(before)) if (!before[path]?.startsWith('->')) setAge(root, 400, path);
    await testCache(root).prune(KEEP_30_DAYS, noWait);
    const own = new RegExp(`^${HUB}/(blobs|refs)/|/(w\\.gguf|x\\.json)$`);
    const left = Object.entries(before).filter(([path]) => !own.test(path));
    expect(left).toHaveLength(6);
    expect(storeTree(root)).toEqual(Object.fromEntries(left));
  });

  test('[fail U2] deletes nothing of the blob store that huggingface_hub shares between repositories', async () => {
    const shared = `huggingface/hub/blobs/ab/${sha('a')}`;
    plantFile(root, shared, 'weights');
    plantFile(root, 'huggingface/hub/blobs/.huggingface-shared-blobs', '1');
    plantFile(root, `huggingface/hub/blobs/cd/${sha('c')}`, 'not referenced');
    mkdirSync(join(root, HUB, 'blobs'), { recursive: true });
    mkdirSync(join(root, HUB, 'snapshots', COMMIT), { recursive: true });
    symlinkSync(`../../blobs/ab/${sha('a')}`, join(root, HUB, 'blobs', sha('1')));
    symlinkSync(`../../blobs/${sha('1')}`, join(root, HUB, 'snapshots', COMMIT, 'w.safetensors'));
    plantFile(root, `${HUB}/refs/main`, COMMIT);
    setAge(root, 400, shared, `huggingface/hub/blobs/cd/${sha('c')}`);
    const before = storeTree(root);
    await testCache(root).prune(KEEP_30_DAYS, noWait);
    expect(storeTree(root)).toEqual(before);
  });

  test('[fail U4] a ref without content, and content that was just written, stay', async () => {
    plantFile(root, `${HUB}/refs/main`, COMMIT);
    plantFile(root, `${HUB}/blobs/${sha('1')}`);
    const before = storeTree(root);
    await testCache(root).prune({ ...KEEP_30_DAYS, orphansSeconds: 0 }, noWait);
    expect(storeTree(root)).toEqual(before);
  });

  test('keeps the models of an Ollama store while a manifest cannot be read, and only them', async () => {
    plantOllama(root);
    plantHub(root);
    plantFile(root, `${MANIFESTS}/bad/latest`, '{');
    const { marked } = await testCache(root).prune(KEEP_30_DAYS, noWait);
    expect(namesOf(marked)).toEqual(['hf:org/name']);
  });

  test('keeps a blob to which an unknown name leads', async () => {
    plantHub(root);
    mkdirSync(join(root, 'mine'));
    linkSync(join(root, HUB, 'blobs', sha('1')), join(root, 'mine/x'));
    const diskBytes = onDisk(`${HUB}/blobs/${sha('2')}`);
    const { marked } = await testCache(root).prune(KEEP_30_DAYS, noWait);
    // the other name keeps the bytes, so that only the second blob is freed
    expect(marked).toMatchObject([{ diskBytes }]);
    expect(Object.keys(storeTree(root))).toEqual(['mine/x']);
  });

  test('does not count content as freed that a hard link outside of the store keeps', async () => {
    plantHub(root);
    linkSync(join(root, HUB, 'blobs', sha('1')), join(tempFolder(), 'w.gguf'));
    const [linkedBytes, diskBytes] = ['1', '2'].map((digit) => onDisk(`${HUB}/blobs/${sha(digit)}`));
    const [hub] = (await testCache(root).report()).usage;
    expect(hub).toMatchObject({ diskBytes: linkedBytes! + diskBytes!, reclaimableBytes: diskBytes });
    const { marked } = await testCache(root).prune(KEEP_30_DAYS, noWait);
    expect(marked).toMatchObject([{ diskBytes, linkedBytes }]);
    const later = testCache(root, { clock: clockAhead(2) });
    expect((await later.prune(KEEP_30_DAYS, noWait)).deleted).toMatchObject([{ diskBytes, linkedBytes }]);
  });

  test('counts content with two names when the second is removed, also if the first was marked before', async () => {
    plantHub(root);
    const [one, two] = ['org/name', 'org/other'].map(
      (repo) => `huggingface/hub/models--${repo.replace('/', '--')}/blobs/${sha('1')}`,
    ) as [string, string];
    plantSnapshot(root, { repo: 'org/other', commit: OTHER }, { 'w.gguf': sha('1') });
    rmSync(join(root, two));
    linkSync(join(root, one), join(root, two));
    const diskBytes = onDisk(one);
    const first = await testCache(root).prune({ ...KEEP_30_DAYS, filters: ['refs=main'] }, noWait);
    expect(first.marked).toMatchObject([{ name: 'hf:org/name', diskBytes: onDisk(two) }]);
    const second = await testCache(root).prune(KEEP_30_DAYS, noWait);
    expect(second.marked).toMatchObject([{ name: `hf:org/other@${OTHER}`, diskBytes, linkedBytes: 0 }]);
  });

  test('does not count a quarantined file as freed to which a hard link leads', async () => {
    const path = `.rma/quarantine/20261101T000000Z-1/${HUB}/blobs/${sha('1')}`;
    plantFile(root, path);
    linkSync(join(root, path), join(tempFolder(), 'imported'));
    setAge(root, 8, path);
    const linkedBytes = onDisk(path);
    const { marked } = await testCache(root).prune(DEFAULT_POLICY, noWait);
    expect(marked).toMatchObject([{ diskBytes: 0, linkedBytes }]);
  });

  test('[fail R2] keeps partial downloads for a week, then marks them with their journals', async () => {
    const part = '.rma/staging/sha256-abc-0123456789abcdef/1.part';
    plantFile(root, part);
    plantFile(root, `${part}.json`);
    plantFile(root, `${blob('7')}-partial-0`);
    setAge(root, 6, part, `${part}.json`, `${blob('7')}-partial-0`);
    expect(await testCache(root).prune(DEFAULT_POLICY, noWait)).toMatchObject({ marked: [] });
    setAge(root, 8, part, `${part}.json`, `${blob('7')}-partial-0`);
    const { marked } = await testCache(root).prune(DEFAULT_POLICY, noWait);
    expect(namesOf(marked)).toEqual(['.rma/staging/sha256-abc-0123456789abcdef', `${blob('7')}-partial-0`]);
    expect(storeTree(root)).toEqual({});
    await testCache(root).undo([], noWait);
    expect(Object.keys(storeTree(root))).toEqual([part, `${part}.json`, `${blob('7')}-partial-0`]);
  });

  test('removes quarantined files after a week', async () => {
    plantFile(root, `.rma/quarantine/20261101T000000Z-1/${HUB}/blobs/${sha('1')}`);
    plantFile(root, '.rma/quarantine/20261101T000000Z-1/record.json', '{}');
    setAge(
      root,
      8,
      `.rma/quarantine/20261101T000000Z-1/${HUB}/blobs/${sha('1')}`,
      '.rma/quarantine/20261101T000000Z-1/record.json',
    );
    const { marked } = await testCache(root).prune(DEFAULT_POLICY, noWait);
    expect(namesOf(marked)).toEqual(['.rma/quarantine/20261101T000000Z-1']);
  });
});

test('the models of forgotten workers go, those of other workers stay', async () => {
  plantOllama(root);
  plantHub(root);
  setAge(root, 40, blob('5'));
  const store = testStore(root);
  await store.prepare();
  await store.recordNeeds({ host: 'box', project: 'demo', profile: 'chat', refs: ['ollama:a'] });
  await store.recordNeeds({ host: 'box', project: 'demo', profile: 'ocr', refs: ['ollama:b'] });
  await store.recordNeeds({ host: 'box', project: 'demo2', profile: 'chat', refs: ['hf:org/name'] });
  const cache = testCache(root);
  const needs = () => readdirSync(join(root, '.rma/projects'));
  expect(await cache.forget({ host: 'box', project: 'demo', profiles: ['other'] })).toEqual([]);
  expect(await cache.forget({ host: 'box', project: 'demo', profiles: ['ocr'] })).toEqual(['ocr']);
  expect(needs()).toEqual(['box-demo.chat.json', 'box-demo2.chat.json']);
  plantFile(root, '.rma/projects/box-demo.bad.json', '{');
  expect(await cache.forget({ host: 'box', project: 'demo', profiles: null })).toEqual(['bad', 'chat']);
  expect(needs()).toEqual(['box-demo2.chat.json']);
  const { marked } = await cache.prune(KEEP_30_DAYS, noWait);
  expect(marked.map(({ name }) => name)).toEqual(['ollama:a', 'ollama:b']);
});

test('a corrupt record of a worker on a host whose name begins like that of forgotten workers stays', async () => {
  plantFile(root, '.rma/projects/box-demo.lan-other.chat.json', '{');
  expect(await testCache(root).forget({ host: 'box', project: 'demo', profiles: null })).toEqual([]);
  expect(readdirSync(join(root, '.rma/projects'))).toEqual(['box-demo.lan-other.chat.json']);
});

describe('a link of the user', () => {
  const snapshot = `${HUB}/snapshots/${COMMIT}`;

  test.each([
    { to: 'a link of a snapshot', link: 'gguf/default/mine.gguf', target: `${snapshot}/w.gguf`, file: '' },
    { to: 'a snapshot', link: 'local/me/mine', target: snapshot, file: '/w.gguf' },
    { to: 'a snapshot, outside all layouts', link: 'mine', target: snapshot, file: '/sub/x.json' },
    { to: 'a directory in a snapshot', link: 'mine', target: `${snapshot}/sub`, file: '/x.json' },
    { to: 'a repository', link: 'local/me/mine', target: HUB, file: `/snapshots/${COMMIT}/w.gguf` },
    { to: 'the blobs of a repository', link: 'mine', target: `${HUB}/blobs`, file: `/${sha('1')}` },
    { to: 'blobs of no model', link: 'mine', target: 'ollama/blobs', file: `/sha256-${sha('9')}` },
    { to: 'another link', link: 'mine', target: 'other', file: '/w.gguf' },
  ])('to $to never loses its content to prune', async ({ link, target, file }) => {
    plantHub(root);
    plantFile(root, blob('9'));
    setAge(root, 40, blob('9'));
    if (target === 'other') symlinkSync(snapshot, join(root, target));
    mkdirSync(dirname(join(root, link)), { recursive: true });
    symlinkSync(join(root, target), join(root, link));
    const before = readFileSync(join(root, `${link}${file}`), 'utf8');
    await testCache(root).prune(KEEP_30_DAYS, noWait);
    await testCache(root, { clock: clockAhead(8) }).prune(KEEP_30_DAYS, noWait);
    expect(readFileSync(join(root, `${link}${file}`), 'utf8')).toBe(before);
  });

  test('is the reason why a model stays', async () => {
    plantHub(root);
    symlinkSync(snapshot, join(root, 'mine'));
    const { entries } = await testCache(root).report();
    expect(entries.map(({ kept }) => kept)).toEqual(['linked from mine']);
  });

  test('to the whole directory of a layout keeps nothing', async () => {
    plantHub(root);
    symlinkSync('huggingface/hub', join(root, 'mine'));
    const { marked } = await testCache(root).prune(KEEP_30_DAYS, noWait);
    expect(namesOf(marked)).toEqual(['hf:org/name']);
  });
});
