import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { ContentBuffers } from '../../../src/adapters/store/transfer/content-buffers.ts';
import { SyncQueue } from '../../../src/adapters/store/transfer/sync-queue.ts';
import { WholeFile } from '../../../src/adapters/store/transfer/whole-file.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { sha256 } from '../../helpers/store/model-server.ts';

/** Memory for contents that counts what it allocated. */
class CountedBuffers extends ContentBuffers {
  readonly taken = new Set<Buffer>();

  override take(): Buffer {
    const buffer = super.take();
    this.taken.add(buffer);
    return buffer;
  }
}

function openFiles() {
  const folder = tempFolder();
  const buffers = new CountedBuffers();
  const syncs = new SyncQueue();
  let count = 0;
  const open = async (hex: string, content: Buffer) => {
    count += 1;
    const path = join(folder, `${count}.part`);
    const slot = { path, inherit: null, durableBytes: 0, isWhole: true };
    const digest = { algorithm: 'sha256', hex } as const;
    const file = { disk: realDisk, slot, bytes: content.length, digest, syncs, buffers };
    const part = await WholeFile.open({ ...file, onReceived: () => undefined });
    await part.write(0, [content.subarray(0, 100), content.subarray(100)]);
    return { path, part };
  };
  return { buffers, open };
}

test('small files that follow each other use the same memory, also after wrong content', async () => {
  const { buffers, open } = openFiles();
  for (const bytes of [70_000, 1000, 262_144]) {
    const content = randomBytes(bytes);
    const wrong = await open(sha256(randomBytes(8)), content);
    expect(await wrong.part.digest()).toBe(sha256(content));
    await wrong.part.drop();
    const right = await open(sha256(content), content);
    expect(await right.part.digest()).toBe(sha256(content));
    await right.part.close();
    expect(readFileSync(right.path).equals(content)).toBe(true);
  }
  expect(buffers.taken.size).toBe(1);
});

test('small files that are received at the same time do not share memory', async () => {
  const { open } = openFiles();
  const contents = Array.from({ length: 5 }, () => randomBytes(5000));
  const files = await Promise.all(contents.map((content) => open(sha256(content), content)));
  for (const { part } of files) await part.digest();
  await Promise.all(files.map(({ part }) => part.close()));
  expect(files.map(({ path }, n) => readFileSync(path).equals(contents[n] ?? Buffer.alloc(0)))).toEqual(
    Array(5).fill(true),
  );
});
