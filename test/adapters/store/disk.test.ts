import { createHash } from 'node:crypto';
import { existsSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tryClone } from '../../../src/adapters/store/disk/clone.ts';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { hashFile } from '../../../src/adapters/store/disk/hash-file.ts';
import { isUnchanged, receiptEntry, statFile } from '../../../src/adapters/store/receipts/receipts.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';

const TEXT = 'weights';
const digest = { algorithm: 'sha256', hex: createHash('sha256').update(TEXT).digest('hex') } as const;

function fileIn(folder: string): string {
  const path = join(folder, 'm.gguf');
  writeFileSync(path, TEXT, { mode: 0o600 });
  return path;
}

describe('a clone', () => {
  const copies: Disk = { ...realDisk, copyFile: (from, to) => realDisk.copyFile(from, to) };
  const fails: Disk = {
    ...realDisk,
    copyFile: async (from, to) => {
      await realDisk.copyFile(from, to);
      throw Object.assign(new Error('not supported'), { code: 'ENOTSUP' });
    },
  };

  it('is readable by every user', async () => {
    const from = fileIn(tempFolder());
    const to = `${from}.clone`;
    expect(await tryClone(copies, from, to)).toBe(true);
    expect(statSync(to).mode & 0o777).toBe(0o644);
  });

  it('leaves nothing behind where the file system cannot clone', async () => {
    const from = fileIn(tempFolder());
    expect(await tryClone(fails, from, `${from}.clone`)).toBe(false);
    expect(existsSync(`${from}.clone`)).toBe(false);
  });
});

describe('the hash of a file', () => {
  const expected = { bytes: TEXT.length, algorithm: 'sha256' } as const;
  const hash = (path: string, bytes = TEXT.length) =>
    hashFile(realDisk, path, { expected: { ...expected, bytes } });

  it('is that of its content', async () => {
    expect(await hash(fileIn(tempFolder()))).toBe(digest.hex);
  });

  it('is null for another size, a directory, and a path that leads nowhere', async () => {
    const folder = tempFolder();
    const path = fileIn(folder);
    symlinkSync('loop', join(folder, 'loop'));
    for (const wrong of [folder, join(folder, 'absent'), join(path, 'below'), join(folder, 'loop')]) {
      expect(await hash(wrong)).toBeNull();
    }
    expect(await hash(path, 6)).toBeNull();
  });
});

describe('a receipt', () => {
  it('does not fit a file of another size or time', () => {
    const path = fileIn(tempFolder());
    utimesSync(path, 1, 1);
    const entry = receiptEntry(statFile(path)!, digest, 0);
    expect(isUnchanged(statFile(path), entry)).toBe(true);
    utimesSync(path, 2, 2);
    expect(isUnchanged(statFile(path), entry)).toBe(false);
    truncateSync(path, 3);
    utimesSync(path, 1, 1);
    expect(isUnchanged(statFile(path), entry)).toBe(false);
    expect(isUnchanged(null, entry)).toBe(false);
  });
});
