import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { quickFolder } from '../../helpers/files/temp-folder.ts';
import { storeTree } from '../../helpers/store/cache-fixture.ts';
import { plantFile } from '../../helpers/store/foreign-store.ts';
import { sha256 } from '../../helpers/store/model-server.ts';
import { GGUF, HUB_CACHE as HUB, hubOfAll, pullInto, WEIGHTS } from '../../helpers/store/pulled-store.ts';
import { flipByte, problemsOf, repairStore, verifyStore } from '../../helpers/store/verify-fixture.ts';
import type { Hub } from '../../hub/hub.ts';

let root = '';
beforeEach(() => {
  root = quickFolder();
});

const MANIFEST = 'ollama/manifests/registry.ollama.ai/library/tiny/latest';

const pull = (hub: Hub, refs: readonly string[]) => pullInto(root, hub, refs);

/** Returns the paths of the quarantine without their first directory, and the reasons in its records. */
function quarantined(): { readonly files: readonly string[]; readonly reasons: readonly string[] } {
  const folder = join(root, '.rma/quarantine');
  const ids = existsSync(folder) ? readdirSync(folder) : [];
  for (const id of ids) expect(id).toMatch(/^\d{8}T\d{6}Z-[0-9a-f]{8}$/);
  const records = ids.map((id) => JSON.parse(readFileSync(join(folder, id, 'quarantine.json'), 'utf8')));
  for (const record of records) {
    expect(record.schema).toBe('rma.quarantine/v1');
    expect(new Date(record.movedAt).toISOString()).toBe(record.movedAt);
  }
  for (const [at, id] of ids.entries()) expect(existsSync(join(folder, id, records[at].path))).toBe(true);
  return {
    files: records.map(({ path }) => path).sort(),
    reasons: records.map(({ reason }) => reason).sort(),
  };
}

describe('a repair', () => {
  test.each([
    ['a hub cache', 'hf:org/name', join(HUB, 'blobs', sha256(WEIGHTS))],
    ['an Ollama store', 'ollama:tiny', `ollama/blobs/sha256-${sha256(GGUF)}`],
    ['a ModelScope directory', 'ms:org/name', 'modelscope/org/name/model.safetensors'],
    ['a GGUF file', 'URL/files/x.gguf', 'gguf/default/x.gguf'],
  ])(
    '[fail C4] of one flipped byte in %s downloads that file only, and keeps the wrong one',
    async (_, ref, place) => {
      const hub = await hubOfAll();
      await pull(hub, [ref.replace('URL', hub.endpoint)]);
      const right = readFileSync(join(root, place));
      flipByte(join(root, place));
      const wrong = readFileSync(join(root, place));
      const report = await repairStore(root, hub.endpoint);
      expect(report).toMatchObject({
        problems: [{ path: place, outcome: 'repaired' }],
        fetchedBytes: right.length,
        exitCode: 0,
      });
      expect(hub.log.contentRequests()).toHaveLength(1);
      expect(hub.log.entries().every(({ file }) => file)).toBe(true);
      expect(readFileSync(join(root, place)).equals(right)).toBe(true);
      expect(quarantined()).toEqual({ files: [place], reasons: [expect.stringMatching(/^sha256 mismatch/)] });
      const folder = join(root, '.rma/quarantine', readdirSync(join(root, '.rma/quarantine'))[0] ?? '');
      expect(readFileSync(join(folder, place)).equals(wrong)).toBe(true);
      // its receipts describe the new file: a worker starts without a hash or a request
      expect(await verifyStore(root)).toMatchObject({ problems: [], unread: 0 });
      expect(readdirSync(join(root, '.rma/staging'))).toEqual([]);
    },
  );

  test('of a correct store sends no request and keeps nothing', async () => {
    const hub = await hubOfAll();
    await pull(hub, ['hf:org/name', 'ollama:tiny', 'ms:org/name']);
    expect(await repairStore(root, hub.endpoint)).toMatchObject({ problems: [], exitCode: 0, models: 3 });
    expect(hub.log.entries()).toEqual([]);
    expect(existsSync(join(root, '.rma/quarantine'))).toBe(false);
  });

  test('restores missing files, links, refs and manifests', async () => {
    const hub = await hubOfAll();
    await pull(hub, ['hf:org/name', 'ollama:tiny', 'ms:org/name']);
    const [commit = ''] = readdirSync(join(root, HUB, 'snapshots'));
    rmSync(join(root, 'modelscope/org/name/config.json'));
    rmSync(join(root, HUB, 'snapshots', commit, 'config.json'));
    rmSync(join(root, HUB, 'blobs', sha256(WEIGHTS)));
    rmSync(join(root, `ollama/blobs/sha256-${sha256(GGUF)}`));
    writeFileSync(join(root, HUB, 'refs/main'), '');
    expect(await repairStore(root, hub.endpoint)).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(root, HUB, 'refs/main'), 'utf8')).toBe(commit);
    expect(readlinkSync(join(root, HUB, 'snapshots', commit, 'config.json'))).toMatch(/^\.\.\/\.\.\/blobs\//);
    expect(await verifyStore(root, { deep: true })).toMatchObject({ problems: [] });
    expect(await verifyStore(root)).toMatchObject({ problems: [], unread: 0 });

    writeFileSync(join(root, MANIFEST), '{"schema');
    hub.log.clear();
    expect(await repairStore(root, hub.endpoint)).toMatchObject({ exitCode: 0, fetchedBytes: 0 });
    expect(hub.log.entries()).toEqual([]);
    expect(await verifyStore(root, { deep: true })).toMatchObject({ problems: [], models: { length: 3 } });
    expect(quarantined().files).toEqual([`${HUB}/refs/main`, MANIFEST]);
  });

  test('points a link to the right content, which is there already', async () => {
    const hub = await hubOfAll();
    await pull(hub, ['hf:org/name']);
    const [commit = ''] = readdirSync(join(root, HUB, 'snapshots'));
    const link = join(root, HUB, 'snapshots', commit, 'model.safetensors');
    const target = readlinkSync(link);
    plantFile(root, join(HUB, 'blobs', sha256(GGUF)), GGUF);
    rmSync(link);
    symlinkSync(`../../blobs/${sha256(GGUF)}`, link);
    expect(await repairStore(root, hub.endpoint)).toMatchObject({ exitCode: 0, fetchedBytes: 0 });
    expect(hub.log.entries()).toEqual([]);
    expect(readlinkSync(link)).toBe(target);
    expect(await verifyStore(root)).toMatchObject({ problems: [], unread: 0 });
  });

  test('repairs all names of the same content with one download', async () => {
    const hub = await hubOfAll();
    const url = `${hub.endpoint}/files/x.gguf`;
    await pull(hub, [url]);
    mkdirSync(join(root, 'gguf/two'));
    const sized = `${url}#sha256=${sha256(GGUF)}&set=two`;
    await pull(hub, [sized]);
    const paths = [join(root, 'gguf/default/x.gguf'), join(root, 'gguf/two/x.gguf')];
    flipByte(paths[0] ?? '');
    expect(await repairStore(root, hub.endpoint)).toMatchObject({ exitCode: 0 });
    for (const path of paths) expect(readFileSync(path).equals(GGUF)).toBe(true);
    expect(await verifyStore(root)).toMatchObject({ problems: [], unread: 0 });
  });

  test('requests the size of a file of another program from the hub, and downloads nothing else', async () => {
    const hub = await hubOfAll();
    await pull(hub, ['hf:org/name']);
    const [commit = ''] = readdirSync(join(root, HUB, 'snapshots'));
    // as an older hf leaves it: without receipts and a listing
    rmSync(join(root, '.rma'), { recursive: true });
    rmSync(join(root, HUB, 'trees'), { recursive: true });
    const blob = join(root, HUB, 'blobs', sha256(WEIGHTS));
    truncateSync(blob, 100);
    expect(problemsOf(await verifyStore(root, { deep: true }))).toEqual([
      `${HUB}/blobs/${sha256(WEIGHTS)}: content`,
    ]);
    expect(await repairStore(root, hub.endpoint)).toMatchObject({
      exitCode: 0,
      fetchedBytes: WEIGHTS.length,
    });
    expect(hub.log.contentRequests()).toHaveLength(1);
    expect(readFileSync(blob).equals(WEIGHTS)).toBe(true);
    expect(readdirSync(join(root, HUB, 'snapshots', commit)).sort()).toEqual([
      'config.json',
      'model.safetensors',
    ]);
  });

  test('in a dry run changes nothing', async () => {
    const hub = await hubOfAll();
    await pull(hub, ['ollama:tiny']);
    const path = join(root, `ollama/blobs/sha256-${sha256(GGUF)}`);
    flipByte(path);
    // correct, but changed since its receipt: a verification that may write brings the receipt up to date
    utimesSync(join(root, MANIFEST), 0, 0);
    const config = join(root, 'ollama/blobs', readdirSync(join(root, 'ollama/blobs'))[0] ?? '');
    utimesSync(config, 0, 0);
    const before = storeTree(root);
    expect(await repairStore(root, hub.endpoint, { dryRun: true })).toMatchObject({
      problems: [{ outcome: 'repairable' }],
      fetchedBytes: GGUF.length,
      exitCode: 0,
    });
    expect(hub.log.entries()).toEqual([]);
    expect(storeTree(root)).toEqual(before);
  });

  test('reports what it cannot repair with exit code 6, and a part of it with 8', async () => {
    const hub = await hubOfAll();
    plantFile(root, 'gguf/default/foreign.gguf', '<html>');
    expect(await repairStore(root, hub.endpoint)).toMatchObject({
      problems: [{ path: 'gguf/default/foreign.gguf', outcome: 'unrepairable' }],
      exitCode: 6,
    });
    await pull(hub, ['ollama:tiny']);
    flipByte(join(root, `ollama/blobs/sha256-${sha256(GGUF)}`));
    expect(await repairStore(root, hub.endpoint)).toMatchObject({ exitCode: 8 });
    expect(await repairStore(root, hub.endpoint, { names: ['ollama:tiny'] })).toMatchObject({
      problems: [],
      exitCode: 0,
    });
  });

  test('[fail R3] keeps the wrong file in place while its hub fails', async () => {
    const hub = await hubOfAll();
    await pull(hub, ['hf:org/name']);
    const blob = join(root, HUB, 'blobs', sha256(WEIGHTS));
    flipByte(blob);
    const wrong = readFileSync(blob);
    await hub.close();
    const report = await repairStore(root, hub.endpoint);
    expect(report).toMatchObject({ problems: [{ outcome: 'failed' }], exitCode: 1 });
    expect(readFileSync(blob).equals(wrong)).toBe(true);
    expect(quarantined().files).toEqual([]);
  });
});

test('other names of a wrong file, outside of models, keep their content', async () => {
  const hub = await hubOfAll();
  await pull(hub, ['hf:org/name']);
  const blob = join(root, HUB, 'blobs', sha256(WEIGHTS));
  linkSync(blob, join(root, 'mine.safetensors'));
  flipByte(blob);
  const wrong = readFileSync(blob);
  await repairStore(root, hub.endpoint);
  expect(readFileSync(join(root, 'mine.safetensors')).equals(wrong)).toBe(true);
});
