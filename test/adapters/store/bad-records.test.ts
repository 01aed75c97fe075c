import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { createSlot } from '../../../src/adapters/store/transfer/staging.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { sendContent, startModelServer } from '../../helpers/store/model-server.ts';
import { filledStore } from '../../helpers/store/planted-store.ts';
import { type Plant, plant } from '../../helpers/store/plants.ts';
import { ggufContent, testFetcher, testStore } from '../../helpers/store/store-fixture.ts';

describe('the version of a store', () => {
  it.each([
    '99999999999999999999',
    '9007199254740993',
    '-1',
    '0',
    '1e3',
    '0x1',
    '1.0',
    '01',
    'NaN',
    'Infinity',
    '1\n2',
    '\u0000',
    `1${'0'.repeat(10 * 1024 * 1024)}`,
  ])('[case A04] is corrupt if the file contains %.20j', async (text) => {
    const root = tempFolder();
    mkdirSync(join(root, '.rma'));
    writeFileSync(join(root, '.rma/version'), text);
    const failure = await testStore(root)
      .prepare()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'RMA_STORE_VERSION_INVALID', exitCode: 3 });
    expect(String(failure)).toContain('corrupt: it contains "');
    expect(String(failure).length).toBeLessThan(400);
  });

  it.each(['2', '999999999'])('[case A04] is too new if the file contains %s', async (text) => {
    const root = tempFolder();
    mkdirSync(join(root, '.rma'));
    writeFileSync(join(root, '.rma/version'), text);
    await expect(testStore(root).prepare()).rejects.toMatchObject({ code: 'RMA_STORE_TOO_NEW' });
  });

  it.each<Plant>(['pipe', 'socket', 'directory', 'link out', 'sparse file of 1 TiB'])(
    '[case A02] is corrupt if a %s is in its place',
    async (what) => {
      const store = await filledStore('hf');
      await plant(store.at('.rma/version'), what, store.outside);
      expect(await store.use()).toBe('RMA_STORE_VERSION_INVALID');
    },
  );
});

describe('a lease', () => {
  const LEASE = '.rma/leases';
  const names = (root: string) => readdirSync(join(root, LEASE)).filter((name) => !name.startsWith('.'));

  it.each(['g9007199254740992', 'g9007199254740993', 'g99999999999999999999', `g${'9'.repeat(200)}`])(
    '[case A04] is corrupt with the generation %s',
    async (name) => {
      const store = await filledStore('hf');
      const [key = ''] = names(store.root);
      writeFileSync(join(store.root, LEASE, key, name), '');
      expect(await store.use()).toBe('RMA_STORE_LEASE_INVALID');
    },
  );

  it.each(['g0', 'g-1', 'g1.5', 'g1e3', 'gNaN', 'hb99999999999999999999'])(
    '[case A04] ignores a file named %s',
    async (name) => {
      const store = await filledStore('hf');
      const [key = ''] = names(store.root);
      writeFileSync(join(store.root, LEASE, key, name), '');
      expect(await store.use()).toBe('healed');
    },
  );

  it.each<Plant>(['pipe', 'socket', 'directory', 'link out', 'sparse file of 1 TiB'])(
    '[case A02] passes over a %s in place of a generation, after 90 seconds without a heartbeat',
    async (what) => {
      const store = await filledStore('hf');
      const [key = ''] = names(store.root);
      writeFileSync(join(store.root, LEASE, key, 'g77'), '');
      await plant(join(store.root, LEASE, key, 'g77'), what, store.outside);
      expect(await store.use()).toBe('healed');
      expect(readdirSync(join(store.root, LEASE, key))).toContain('g78');
    },
  );
});

describe('a partial file', () => {
  it.each<Plant>(['pipe', 'socket', 'directory', 'link out'])('[case A02] is not a %s', async (what) => {
    const [folder, outside] = [tempFolder(), tempFolder()];
    const part = join(folder, 'x.part');
    const journal = {
      schema: 'rma.part/v1',
      etag: null,
      urlHost: 'x',
      bytes: 9,
      ranges: [[0, 4]],
      closed: true,
    };
    writeFileSync(part, 'abcd');
    writeFileSync(`${part}.json`, JSON.stringify(journal));
    expect(await createSlot(realDisk, folder, 9)).toMatchObject({ inherit: part, durableBytes: 4 });
    await plant(part, what, outside);
    expect(await createSlot(realDisk, folder, 9)).toMatchObject({ inherit: null, durableBytes: 0 });
  });

  it('[case A02] is not resumed by a journal that is a pipe', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'x.part'), 'abcd');
    await plant(join(folder, 'x.part.json'), 'pipe', folder);
    expect(await createSlot(realDisk, folder, 9)).toMatchObject({ inherit: null });
  });
});

describe('a file by URL', () => {
  it.each<Plant>(['pipe', 'socket', 'directory', 'link out', 'dangling link'])(
    '[case A02] never replaces a %s of its name, and sends no request for the content',
    async (what) => {
      const server = await startModelServer();
      const content = ggufContent();
      server.fault = (request, response) => {
        sendContent(request, response, content);
        return true;
      };
      const [root, outside] = [tempFolder(), tempFolder()];
      mkdirSync(join(root, 'gguf/default'), { recursive: true });
      writeFileSync(join(root, 'gguf/default/m.gguf'), 'mine');
      await plant(join(root, 'gguf/default/m.gguf'), what, outside);
      const fetcher = testFetcher(root, server.url);
      const results = await fetcher.fetch([await fetcher.resolve(`${server.url}/m.gguf`)]);
      expect(results).toMatchObject([
        { state: 'failed', error: { code: 'RMA_STORE_NAME_TAKEN', exitCode: 6 } },
      ]);
      expect(server.downloads()).toEqual([]);
    },
  );
});

describe('the directory of a store', () => {
  it('[case A03] may be a link itself', async () => {
    const real = tempFolder();
    const root = join(tempFolder(), 'store');
    symlinkSync(real, root);
    await testStore(root).prepare();
    expect(existsSync(join(real, '.rma/version'))).toBe(true);
  });

  it('[case A03] may contain links that stay in it', async () => {
    const store = await filledStore('hf');
    await plant(store.at('huggingface/hub'), 'link out', store.at('gguf'));
    expect(await store.use()).toBe('healed');
  });
});
