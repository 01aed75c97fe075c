import { randomBytes } from 'node:crypto';
import { constants, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { suitsDirectWrites } from '../../../src/adapters/store/disk/same-file-system.ts';
import { DirectFile } from '../../../src/adapters/store/transfer/direct-file.ts';
import { sharedBlocks } from '../../helpers/store/shared-blocks.ts';

const KIB = 1024;
const EXT4 = 0xef53;
const DIR = mkdtempSync(join(tmpdir(), 'rma-'));
afterAll(() => rmSync(DIR, { recursive: true, force: true }));
let files = 0;

/** A disk that records the sizes of direct writes, which may fail with an error. */
function observed(fault: { readonly code?: string } = {}): {
  readonly disk: Disk;
  readonly direct: number[];
} {
  const direct: number[] = [];
  const open = async (...[path, flags, mode]: Parameters<Disk['open']>): Promise<FileHandle> => {
    const handle = await realDisk.open(path, flags, mode);
    if (typeof flags !== 'number' || (flags & constants.O_DIRECT) === 0) return handle;
    const writev = async (parts: readonly Uint8Array[], position: number) => {
      if (fault.code !== undefined)
        throw Object.assign(new Error(fault.code), { code: fault.code, syscall: 'writev' });
      const result = await handle.writev(parts, position);
      direct.push(result.bytesWritten);
      return result;
    };
    return new Proxy(handle, {
      get: (target, key) => {
        const value: unknown = key === 'writev' ? writev : Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  };
  return { disk: { ...realDisk, open }, direct };
}

/** Writes content to a new file, from an offset on and with each block from `phase` on. Returns what the file has there. */
async function written(disk: Disk, content: Buffer, { at = 0, phase = 0 } = {}): Promise<Buffer> {
  files += 1;
  const path = join(DIR, String(files));
  const handle = await realDisk.open(path, 'wx+', 0o644);
  const { blocks, give } = sharedBlocks(Buffer.concat([Buffer.alloc(phase), content]));
  const [first = new Uint8Array(), ...others] = blocks;
  const file = await DirectFile.open(disk, path, handle);
  expect(await file.write(at, [first.subarray(phase), ...others])).toBe(content.length);
  await file.close();
  await handle.close();
  give();
  return readFileSync(path).subarray(at);
}

const isExt4 = statfsSync(DIR).type === EXT4;

test('what is written is in the file, whatever its size and place', async () => {
  const numbers = fc.tuple(
    fc.nat({ max: 9000 }),
    fc.nat({ max: 9000 }),
    fc.integer({ min: 1, max: 600 * KIB }),
  );
  await fc.assert(
    fc.asyncProperty(numbers, async ([at, phase, size]) => {
      const content = randomBytes(size);
      expect((await written(realDisk, content, { at, phase })).equals(content)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test.runIf(isExt4)(
  'memory and offset of the same part of a page are written past the page cache',
  async () => {
    const { disk, direct } = observed();
    const content = randomBytes(600 * KIB);
    await written(disk, content, { at: 4096 + 100, phase: 100 });
    // all but what is before the first page and after the last one
    expect(direct).toEqual([600 * KIB - 4096]);
  },
);

test.runIf(isExt4)(
  'memory and offset of different parts of a page are written through the page cache',
  async () => {
    const { disk, direct } = observed();
    const content = randomBytes(600 * KIB);
    expect((await written(disk, content, { at: 4096, phase: 100 })).equals(content)).toBe(true);
    expect(direct).toEqual([]);
  },
);

test.each(['EINVAL', 'ENOTSUP'])(
  'a file system that refuses direct writes with %s gets them through the page cache',
  async (code) => {
    const content = randomBytes(600 * KIB);
    expect((await written(observed({ code }).disk, content)).equals(content)).toBe(true);
  },
);

test.runIf(isExt4)('any other fault of a direct write is a fault of the file', async () => {
  const content = randomBytes(600 * KIB);
  await expect(written(observed({ code: 'EIO' }).disk, content)).rejects.toMatchObject({ code: 'EIO' });
});

test('a file in memory has no direct writes', async () => {
  expect(await suitsDirectWrites('/dev/shm')).toBe(false);
});
