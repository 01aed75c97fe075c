import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { COMMIT, ollamaManifest, plantFile, plantSnapshot, sha } from '../../helpers/store/foreign-store.ts';
import { gitSha1, sha256 } from '../../helpers/store/model-server.ts';
import { GGUF, HUB_CACHE as HUB, hubOfAll, pullInto, WEIGHTS } from '../../helpers/store/pulled-store.ts';
import { flipByte, problemsOf, verifyStore } from '../../helpers/store/verify-fixture.ts';

let root = '';
beforeEach(() => {
  root = tempFolder();
});

/** Downloads one model of each source. Returns the address of the hub. */
async function pullAll(): Promise<string> {
  const hub = await hubOfAll();
  await pullInto(root, hub, ['hf:org/name', 'ollama:tiny', 'ms:org/name', `${hub.endpoint}/files/x.gguf`]);
  return hub.endpoint;
}

/** Writes a hub cache as other programs do: the names of blobs are their hashes. */
function plantRepo(files: Readonly<Record<string, Buffer | string>>, repo = 'org/foreign'): string {
  const folder = `huggingface/hub/models--${repo.replace('/', '--')}`;
  for (const [path, data] of Object.entries(files)) {
    const bytes = Buffer.from(data);
    const hex = /\.(safetensors|gguf)$/.test(path) ? sha256(bytes) : gitSha1(bytes);
    plantSnapshot(root, { repo, commit: COMMIT }, { [path]: hex });
    writeFileSync(join(root, folder, 'blobs', hex), bytes);
  }
  plantFile(root, `${folder}/refs/main`, COMMIT);
  return folder;
}

describe('a store of rma', () => {
  test('verifies clean, quick and deep', async () => {
    await pullAll();
    const models = [
      { reference: 'hf:org/name', state: 'correct' },
      { state: 'correct' },
      { reference: 'ms:org/name', state: 'correct' },
      { reference: 'ollama:tiny', state: 'correct' },
    ];
    const quick = await verifyStore(root);
    expect(quick).toMatchObject({ problems: [], unread: 0, withoutHash: 0, hashedBytes: 0 });
    expect(quick.models).toMatchObject(models);
    const deep = await verifyStore(root, { deep: true });
    expect(deep).toMatchObject({ problems: [], unread: 0, withoutHash: 0, models, hashedBytes: deep.bytes });
  });

  test.each([
    ['a hub cache', () => join(HUB, 'blobs', sha256(WEIGHTS)), 'hf:org/name'],
    ['an Ollama store', () => `ollama/blobs/sha256-${sha256(GGUF)}`, 'ollama:tiny'],
    ['a ModelScope directory', () => 'modelscope/org/name/model.safetensors', 'ms:org/name'],
    ['a GGUF file', () => 'gguf/default/x.gguf', '/files/x.gguf'],
  ])(
    '[fail C4] finds one flipped byte in %s, which keeps its size and time, by a deep verification only',
    async (_, place, reference) => {
      await pullAll();
      flipByte(join(root, place()));
      const deep = await verifyStore(root, { deep: true });
      expect(problemsOf(deep)).toEqual([`${place()}: content`]);
      expect(deep.problems[0]?.reference).toContain(reference);
      expect(deep.problems[0]?.text).toMatch(/^sha256 mismatch: expected [0-9a-f]{12}, found [0-9a-f]{12}$/);
      expect(deep.models.filter(({ state }) => state === 'wrong')).toHaveLength(1);
    },
  );

  test('[fail C9] finds truncated and empty files without reading content', async () => {
    await pullAll();
    truncateSync(join(root, 'gguf/default/x.gguf'), 1000);
    truncateSync(join(root, `ollama/blobs/sha256-${sha256(GGUF)}`), 0);
    const { problems } = await verifyStore(root);
    expect(problems.map(({ path, text }) => [path, text])).toEqual([
      ['gguf/default/x.gguf', expect.stringMatching(/^size mismatch: expected 1\.5 MiB, found 1000 B$/)],
      [
        `ollama/blobs/sha256-${sha256(GGUF)}`,
        expect.stringMatching(/^size mismatch: expected 1\.5 MiB, found 0 B$/),
      ],
    ]);
  });

  test('names what is missing', async () => {
    await pullAll();
    rmSync(join(root, 'modelscope/org/name/config.json'));
    rmSync(join(root, HUB, 'snapshots', readdirSync(join(root, HUB, 'snapshots'))[0] ?? '', 'config.json'));
    rmSync(join(root, `ollama/blobs/sha256-${sha256(GGUF)}`));
    rmSync(join(root, HUB, 'blobs', sha256(WEIGHTS)));
    expect(problemsOf(await verifyStore(root))).toEqual([
      expect.stringMatching(/snapshots\/[0-9a-f]{40}\/config\.json: missing$/),
      expect.stringMatching(/snapshots\/[0-9a-f]{40}\/model\.safetensors: link$/),
      'modelscope/org/name/config.json: missing',
      `ollama/blobs/sha256-${sha256(GGUF)}: missing`,
    ]);
  });

  test('counts a file that changed since its receipt as unread, and accepts it once its hash is right', async () => {
    await pullAll();
    const path = join(root, 'gguf/default/x.gguf');
    writeFileSync(path, readFileSync(path));
    expect(await verifyStore(root)).toMatchObject({ problems: [], unread: 1 });
    expect(await verifyStore(root, { deep: true })).toMatchObject({ problems: [], unread: 0 });
    expect(await verifyStore(root)).toMatchObject({ problems: [], unread: 0 });
  });

  test('[fail D6] names broken refs and manifests', async () => {
    await pullAll();
    writeFileSync(join(root, HUB, 'refs/main'), '');
    plantFile(root, `${HUB}/refs/v1`, sha('c').slice(0, 40));
    writeFileSync(join(root, 'ollama/manifests/registry.ollama.ai/library/tiny/latest'), '{"schema');
    const { problems } = await verifyStore(root);
    expect(problems.map(({ path, text, reference }) => [path, text, reference])).toEqual([
      [`${HUB}/refs/main`, 'contains no commit', 'hf:org/name'],
      [`${HUB}/refs/v1`, 'names the commit cccccccccccc, which has no snapshot', 'hf:org/name@v1'],
      ['ollama/manifests/registry.ollama.ai/library/tiny/latest', 'is not a manifest', 'ollama:tiny'],
    ]);
    expect(problemsOf(await verifyStore(root, { names: ['ollama:tiny'] }))).toHaveLength(1);
  });
});

describe('a store of other programs', () => {
  test('is correct if its names are the hashes of its content', async () => {
    plantRepo({ 'config.json': '{}', 'model.safetensors': WEIGHTS });
    const blob = Buffer.alloc(75, 'x');
    plantFile(root, `ollama/blobs/sha256-${sha256(blob)}`, blob);
    plantFile(
      root,
      'ollama/manifests/registry.ollama.ai/library/a/latest',
      ollamaManifest([sha256(blob)], sha256(blob)),
    );
    expect(await verifyStore(root)).toMatchObject({ problems: [], unread: 3, withoutHash: 0 });
    expect(await verifyStore(root, { deep: true })).toMatchObject({
      problems: [],
      unread: 0,
      withoutHash: 0,
    });
  });

  test('without hashes is checked by its headers', async () => {
    plantFile(root, 'gguf/default/a.gguf', GGUF);
    plantFile(root, 'gguf/default/b.gguf', GGUF.subarray(0, GGUF.length - 100_000));
    plantFile(root, 'gguf/default/c.gguf', '<html>');
    plantFile(root, 'modelscope/org/name/model.safetensors', WEIGHTS.subarray(0, WEIGHTS.length - 1));
    const { problems, withoutHash } = await verifyStore(root, { deep: true });
    expect(problems.map(({ path, text }) => [path, text])).toEqual([
      ['gguf/default/b.gguf', expect.stringMatching(/^is broken: tensor .* is outside the file$/)],
      ['gguf/default/c.gguf', 'is broken: it does not start with GGUF'],
      ['modelscope/org/name/model.safetensors', 'is broken: tensor model.weight is outside the file'],
    ]);
    expect(withoutHash).toBe(1);
  });

  test('lacks parts that its index and the numbers of its files name', async () => {
    const index = {
      weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' },
    };
    plantRepo({
      'model.safetensors.index.json': JSON.stringify(index),
      'model-00001-of-00002.safetensors': WEIGHTS,
      'big-00001-of-00002.gguf': GGUF,
    });
    plantRepo({ 'model.safetensors.index.json': JSON.stringify(index) }, 'org/config-only');
    const folder = `huggingface/hub/models--org--foreign/snapshots/${COMMIT}`;
    expect(problemsOf(await verifyStore(root))).toEqual([
      `${folder}/big-00002-of-00002.gguf: missing`,
      `${folder}/model-00002-of-00002.safetensors: missing`,
    ]);
  });

  test('has links that lead to the content of another file', async () => {
    const folder = plantRepo({ 'config.json': '{}', 'model.safetensors': WEIGHTS });
    const files = {
      'config.json': { size: 2, blob_id: gitSha1(Buffer.from('{}')) },
      'model.safetensors': {
        size: WEIGHTS.length,
        blob_id: sha('d').slice(0, 40),
        lfs_sha256: sha256(WEIGHTS),
        lfs_size: WEIGHTS.length,
      },
    };
    plantFile(root, `${folder}/trees/${COMMIT}.json`, JSON.stringify({ format_version: 1, files }));
    expect(problemsOf(await verifyStore(root, { deep: true }))).toEqual([]);
    const other = sha256(GGUF);
    plantFile(root, `${folder}/blobs/${other}`, GGUF);
    const link = join(root, folder, 'snapshots', COMMIT, 'model.safetensors');
    rmSync(link);
    symlinkSync(`../../blobs/${other}`, link);
    expect(problemsOf(await verifyStore(root))).toEqual([
      `${folder}/snapshots/${COMMIT}/model.safetensors: link`,
    ]);
  });

  test('is not changed: no file appears in a store without models', async () => {
    expect(await verifyStore(join(root, 'none'), { deep: true })).toMatchObject({ models: [], problems: [] });
    mkdirSync(join(root, 'empty'));
    await verifyStore(join(root, 'empty'), { deep: true });
    expect(existsSync(join(root, 'none'))).toBe(false);
    expect(readdirSync(join(root, 'empty'))).toEqual([]);
    expect(statSync(root).isDirectory()).toBe(true);
  });
});
