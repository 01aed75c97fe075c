import { readdirSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { createSlot } from '../../../src/adapters/store/transfer/staging.ts';
import { MIB, transferRig } from '../../helpers/store/transfer-fixture.ts';

/** A disk on which one operation on open files fails from its n-th call on; writes may also be short. */
function failing(step: 'writev' | 'datasync', from: number, errno: string): Disk {
  let calls = 0;
  return withHandles((handle) => ({
    [step]: (...args: unknown[]) => {
      calls += 1;
      if (calls >= from)
        return Promise.reject(Object.assign(new Error(errno), { code: errno, syscall: step }));
      return Reflect.apply(handle[step], handle, args);
    },
  }));
}

function withHandles(replace: (handle: FileHandle) => Partial<Record<string, unknown>>): Disk {
  return {
    ...realDisk,
    open: async (...args: Parameters<typeof realDisk.open>) => {
      const handle = await realDisk.open(...args);
      const replaced = replace(handle);
      return new Proxy(handle, {
        get: (target, key) => {
          const value: unknown = replaced[String(key)] ?? Reflect.get(target, key);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  };
}

test.each([
  ['ENOSPC', 'RMA_STORE_DISK_FULL', 5],
  ['EDQUOT', 'RMA_STORE_QUOTA', 5],
  ['EIO', 'RMA_STORE_IO', 1],
  ['EROFS', 'RMA_STORE_READ_ONLY', 3],
] as const)(
  '[fail D1] [fail R3] %s during a write fails at once and keeps the data written before',
  async (errno, code, exitCode) => {
    const rig = await transferRig();
    await expect(rig.fetch({}, failing('writev', 4, errno))).rejects.toMatchObject({ code, exitCode });
    expect(rig.server.requests).toHaveLength(1);
    const slot = await createSlot(realDisk, rig.folder, rig.content.length);
    expect(slot.durableBytes).toBeGreaterThan(256 * 1024);
    const before = rig.received();
    expect((await rig.fetch()).file.equals(rig.content)).toBe(true);
    expect(rig.received() - before).toBe(rig.content.length - slot.durableBytes);
  },
);

test('[fail D2] discards a file whose sync failed', async () => {
  const rig = await transferRig();
  await expect(rig.fetch({}, failing('datasync', 1, 'EIO'))).rejects.toMatchObject({ code: 'RMA_STORE_IO' });
  expect(readdirSync(rig.folder)).toEqual([]);
});

test('completes short writes', async () => {
  const disk = withHandles((handle) => ({
    writev: (chunks: readonly Uint8Array[], position: number) =>
      handle.writev([Buffer.concat(chunks).subarray(0, 10_001)], position),
  }));
  const rig = await transferRig(null, MIB);
  expect((await rig.fetch({}, disk)).file.equals(rig.content)).toBe(true);
});

test('[fail D5] writes less than 512 KiB of a file at a time, whatever its size', async () => {
  const pieces: number[] = [];
  let writing = 0;
  const disk = withHandles((handle) => ({
    writev: async (chunks: readonly Uint8Array[], position: number) => {
      writing += 1;
      pieces.push(writing * chunks.reduce((sum, { length }) => sum + length, 0));
      const written = await handle.writev(chunks, position);
      writing -= 1;
      return written;
    },
  }));
  const rig = await transferRig(null, 24 * MIB);
  await rig.fetch({}, disk);
  expect(Math.max(...pieces)).toBeLessThan(512 * 1024);
});
