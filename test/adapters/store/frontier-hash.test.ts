import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { FrontierHash } from '../../../src/adapters/store/transfer/frontier-hash.ts';
import { HashWorker } from '../../../src/adapters/store/transfer/hash-worker.ts';
import { quickFolder, tempFolder } from '../../helpers/files/temp-folder.ts';
import { bundleProgram, startProgram } from '../../helpers/process/program.ts';
import { gitSha1, sha256 } from '../../helpers/store/model-server.ts';
import { sharedBlocks } from '../../helpers/store/shared-blocks.ts';

const MIB = 1024 * 1024;
const PIECE = 64 * 1024;
const SIZE = 5 * PIECE + 1000;
const IN_THREAD = { threadBytes: 0 };
const HERE = { threadBytes: Number.POSITIVE_INFINITY };

async function newFile(content: Buffer): Promise<FileHandle> {
  const handle = await open(join(quickFolder(), 'part'), 'wx+');
  onTestFinished(() => handle.close());
  await handle.write(content);
  return handle;
}

function hashOf(handle: FileHandle, bytes: number, where: { readonly threadBytes: number }): FrontierHash {
  const onWrong = () => expect.unreachable();
  return new FrontierHash({ handle, algorithm: 'sha256', bytes, pieceBytes: PIECE, ...where, onWrong });
}

/** Returns the hash of everything up to the end of each complete piece. */
function piecesOf(content: Buffer): string[] {
  return Array.from({ length: Math.floor(content.length / PIECE) }, (_, number) =>
    sha256(content.subarray(0, (number + 1) * PIECE)),
  );
}

test.each([
  ['in a thread', IN_THREAD],
  ['without a thread', HERE],
])('hashed %s, bytes after the first gap do not count', async (_, where) => {
  const frontiers = fc.uniqueArray(fc.nat({ max: SIZE - 1 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(frontiers, async (ends) => {
      const content = randomBytes(SIZE);
      const handle = await newFile(Buffer.alloc(SIZE, 'wrong'));
      const hash = hashOf(handle, SIZE, where);
      let start = 0;
      for (const end of [...ends.sort((a, b) => a - b), SIZE]) {
        await handle.write(content, start, end - start, start);
        hash.advance(end);
        start = end;
      }
      expect(await hash.digest()).toBe(sha256(content));
      expect(hash.pieces(SIZE)).toEqual(piecesOf(content));
      await hash.stop();
    }),
    { numRuns: 30 },
  );
});

test('bytes in memory that threads share are hashed without reading the file, and others once it has them', async () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: SIZE - 1 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(cuts, fc.nat({ max: 7 }), async (ends, readFrom) => {
      const content = randomBytes(SIZE);
      const handle = await newFile(Buffer.alloc(SIZE, 'wrong'));
      const hash = hashOf(handle, SIZE, IN_THREAD);
      const used = [];
      let start = 0;
      for (const [n, end] of [...ends.sort((a, b) => a - b), SIZE].entries()) {
        const part = content.subarray(start, end);
        const { blocks, give } = sharedBlocks(part);
        // from then on the chunks are memory of one thread
        const taken = hash.take(start, n < readFrom ? blocks : [part]);
        expect(taken !== null).toBe(n < readFrom);
        if (taken === null) {
          await handle.write(part, 0, part.length, start);
          await Promise.all(used);
          hash.advance(end);
        } else used.push(taken.then(give));
        start = end;
      }
      await Promise.all(used);
      expect(await hash.digest()).toBe(sha256(content));
      expect(hash.pieces(SIZE)).toEqual(piecesOf(content));
      await hash.stop();
    }),
    { numRuns: 30 },
  );
});

test('if the thread ends while it hashes memory, the file is read from its start', async () => {
  const content = randomBytes(SIZE);
  const handle = await newFile(content);
  const hash = hashOf(handle, SIZE, IN_THREAD);
  const worker = HashWorker.shared();
  const taken = [0, 1, 2].map((n) => {
    const { blocks, give } = sharedBlocks(content.subarray(n * PIECE, (n + 1) * PIECE));
    return hash.take(n * PIECE, blocks)?.then(give);
  });
  await worker.terminate();
  await Promise.all(taken);
  hash.advance(SIZE);
  expect(await hash.digest()).toBe(sha256(content));
  expect(hash.pieces(SIZE)).toEqual(piecesOf(content));
  await hash.stop();
});

test('a thread hashes like git: with the size before the content', async () => {
  const content = randomBytes(SIZE);
  const handle = await newFile(content);
  const onWrong = () => expect.unreachable();
  const hash = new FrontierHash({ handle, algorithm: 'git-sha1', bytes: SIZE, ...IN_THREAD, onWrong });
  hash.advance(SIZE);
  expect(await hash.digest()).toBe(gitSha1(content));
  await hash.stop();
});

test('many files are hashed in one thread, each on its own', async () => {
  const contents = Array.from({ length: 12 }, () => randomBytes(SIZE));
  const worker = HashWorker.shared();
  const digests = contents.map(async (content) => {
    const hash = hashOf(await newFile(content), SIZE, IN_THREAD);
    hash.advance(SIZE);
    const digest = await hash.digest();
    await hash.stop();
    return digest;
  });
  expect(await Promise.all(digests)).toEqual(contents.map(sha256));
  expect(HashWorker.shared()).toBe(worker);
});

test.each([
  ['in a thread', IN_THREAD],
  ['without a thread', HERE],
])('hashed %s, a read error is the error of the digest', async (_, where) => {
  // reading this process's memory at address 0 fails with EIO
  const memory = await open('/proc/self/mem', 'r');
  onTestFinished(() => memory.close());
  const hash = hashOf(memory, SIZE, where);
  hash.advance(SIZE);
  await expect(hash.digest()).rejects.toMatchObject({ code: 'EIO', syscall: 'read' });
  await hash.stop();
});

test.each([
  ['in a thread', IN_THREAD],
  ['without a thread', HERE],
])('hashed %s, a file that became shorter is a read error', async (_, where) => {
  const handle = await newFile(randomBytes(SIZE - 1));
  const hash = hashOf(handle, SIZE, where);
  hash.advance(SIZE);
  await expect(hash.digest()).rejects.toMatchObject({ code: 'EIO', syscall: 'read' });
  await hash.stop();
});

test('an empty file has the digest of no bytes', async () => {
  const hash = hashOf(await newFile(Buffer.alloc(0)), 0, IN_THREAD);
  expect(await hash.digest()).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  await hash.stop();
});

test('if the thread ends, the file is hashed again without it, and the next file in a new thread', async () => {
  const content = randomBytes(SIZE);
  const hash = hashOf(await newFile(content), SIZE, IN_THREAD);
  hash.advance(3 * PIECE);
  const ended = HashWorker.shared();
  await ended.terminate();
  hash.advance(SIZE);
  expect(await hash.digest()).toBe(sha256(content));
  expect(hash.pieces(SIZE)).toEqual(piecesOf(content));
  await hash.stop();
  const next = hashOf(await newFile(content), SIZE, IN_THREAD);
  next.advance(SIZE);
  expect(await next.digest()).toBe(sha256(content));
  expect(HashWorker.shared()).not.toBe(ended);
  await next.stop();
});

test('a file is closed only after the thread has read it', async () => {
  const content = randomBytes(12 * MIB);
  const handle = await newFile(content);
  const hash = new FrontierHash({
    handle,
    algorithm: 'sha256',
    bytes: content.length,
    ...IN_THREAD,
    onWrong: () => expect.unreachable(),
  });
  hash.advance(content.length);
  await hash.stop();
  // stopped in the first step of 4 MiB
  expect(await hash.digest()).toBeNull();
  await hash.reset();
  hash.advance(content.length);
  expect(await hash.digest()).toBe(createHash('sha256').update(content).digest('hex'));
  await hash.stop();
});

test('a process waits for its hash thread while it reads, and then ends', async () => {
  const content = randomBytes(20 * MIB);
  const path = join(tempFolder(), 'content');
  const file = await open(path, 'wx');
  await file.write(content);
  await file.close();
  const program = await bundleProgram(fileURLToPath(new URL('./programs/hasher.ts', import.meta.url)));
  const { stdout, code } = await startProgram(program, [path, String(content.length)]).ended;
  expect({ stdout, code }).toEqual({ stdout: `${sha256(content)}\n`, code: 0 });
});
