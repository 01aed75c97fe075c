import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { plantFile } from '../../helpers/store/foreign-store.ts';
import { sendContent, startModelServer } from '../../helpers/store/model-server.ts';
import { filesIn } from '../../helpers/store/ms-fixture.ts';
import { ggufContent, testFetcher } from '../../helpers/store/store-fixture.ts';
import { DIRECTORIES, FIRST, pullOfVersions, SECOND, THIRD } from '../../helpers/store/versions-fixture.ts';

/** Returns a disk on which every operation fails from a rename or link to a path on: before it, or after. */
function diskUntil(place: string, isDone: boolean): Disk {
  let isDead = false;
  const fail = () => {
    throw Object.assign(new Error('killed'), { code: 'EIO', syscall: 'rename' });
  };
  return new Proxy(realDisk, {
    get:
      (disk, key: keyof Disk) =>
      async (...args: never[]) => {
        if (isDead) fail();
        isDead = (key === 'rename' || key === 'link') && String(args[1]) === place;
        if (isDead && !isDone) fail();
        return (disk[key] as (...all: never[]) => unknown)(...args);
      },
  });
}

describe.each(DIRECTORIES)('a pull of $ref that was killed before its receipt', ({ ref, place }) => {
  test('[fail D2] is completed by the next one, without a download', async () => {
    const pull = await pullOfVersions(ref);
    const root = tempFolder();
    const folder = join(root, place);
    expect(await pull(FIRST, root, diskUntil(folder, true))).toMatchObject({ state: 'failed' });
    expect(await pull(FIRST, root)).toMatchObject({ state: 'present', fetchedBytes: 0 });
    expect(await pull(SECOND, root)).toMatchObject({ state: 'present' });
    expect(filesIn(folder)).toEqual(Object.keys(SECOND).sort());
  });

  test('[fail D2] is replaced by a pull of another version', async () => {
    const pull = await pullOfVersions(ref);
    const root = tempFolder();
    const folder = join(root, place);
    expect(await pull(FIRST, root, diskUntil(folder, true))).toMatchObject({ state: 'failed' });
    expect(await pull(SECOND, root)).toMatchObject({ state: 'present' });
    expect(filesIn(folder)).toEqual(Object.keys(SECOND).sort());
  });

  test('does not own a file that the user changed since', async () => {
    const pull = await pullOfVersions(ref);
    const root = tempFolder();
    const folder = join(root, place);
    await pull(FIRST, root);
    const killed = diskUntil(join(folder, 'second.txt'), true);
    expect(await pull(SECOND, root, killed)).toMatchObject({ state: 'failed' });
    writeFileSync(join(folder, 'second.txt'), 'mine');
    expect(await pull(THIRD, root)).toMatchObject({ state: 'present' });
    expect(filesIn(folder)).toEqual([...Object.keys(THIRD), 'second.txt'].sort());
    expect(readFileSync(join(folder, 'second.txt'), 'utf8')).toBe('mine');
  });

  test('does not own a file that the user puts where it was about to place one', async () => {
    const pull = await pullOfVersions(ref);
    const root = tempFolder();
    const folder = join(root, place);
    expect(await pull(FIRST, root, diskUntil(folder, false))).toMatchObject({ state: 'failed' });
    plantFile(folder, 'config.json', FIRST['config.json']);
    expect(await pull(SECOND, root)).toMatchObject({ error: { code: 'RMA_STORE_NAME_TAKEN' } });
    expect(filesIn(folder)).toEqual(['config.json']);
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe(FIRST['config.json']);
  });
});

describe('a pull of a URL without a hash that was killed before its receipt', () => {
  const setUp = async () => {
    const hub = await startModelServer();
    const content = ggufContent();
    hub.fault = (request, response) => {
      if (!request.path.endsWith('.gguf')) return false;
      sendContent(request, response, content);
      return true;
    };
    const root = tempFolder();
    const place = join(root, 'gguf/default/m.gguf');
    const pull = async (disk: Disk = realDisk) => {
      const fetcher = testFetcher(root, hub.url, { disk });
      return (await fetcher.fetch([await fetcher.resolve(`${hub.url}/m.gguf`)]))[0];
    };
    expect(await pull(diskUntil(place, true))).toMatchObject({ state: 'failed' });
    expect(existsSync(place)).toBe(true);
    return { place, pull };
  };

  test('[fail D2] is completed by the next one, without a download', async () => {
    const { pull } = await setUp();
    expect(await pull()).toMatchObject({ state: 'present', fetchedBytes: 0 });
  });

  test('is not replaced if the user has changed it', async () => {
    const { place, pull } = await setUp();
    writeFileSync(place, 'mine');
    expect(await pull()).toMatchObject({ error: { code: 'RMA_STORE_NAME_TAKEN' } });
    expect(readFileSync(place, 'utf8')).toBe('mine');
  });
});
