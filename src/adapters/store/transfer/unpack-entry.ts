import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import type { Digest } from '../../../core/domain/pinned-model.ts';
import { contentHash } from '../../../core/store/digest.ts';
import { bad, type ZipEntry } from '../../../core/store/zip-directory.ts';
import type { UnpackJob } from '../../../ports/transfer.ts';
import type { Disk } from '../disk/disk.ts';
import { openNew } from '../disk/files.ts';
import { writeAll } from '../disk/write-all.ts';
import { hashMismatch } from './transfer-faults.ts';

const HEADER_SIGNATURE = 0x04034b50;
const HEADER_BYTES = 30;
const READ_BYTES = 1024 * 1024;

/**
 * Unpacks one file of a zip archive, and syncs it. Writes not more than the size of its entry, whatever the archive contains;
 * wrong content removes both the file and the archive. Returns its hash.
 * @throws RmaError RMA_CONTENT_BAD_ARCHIVE, RMA_CONTENT_HASH_MISMATCH (6)
 */
export async function unpackEntry(disk: Disk, job: UnpackJob): Promise<Digest> {
  const handles: FileHandle[] = [];
  const opened = async (handle: Promise<FileHandle>) => {
    handles.push(await handle);
    return handle;
  };
  try {
    const source = await opened(disk.open(job.archive, 'r'));
    const target = await opened(openNew(disk, job.to));
    const hash = await copyContent(source, target, job);
    const algorithm = job.digest?.algorithm ?? 'sha256';
    if (job.digest !== null && hash !== job.digest.hex) throw hashMismatch(job, job.digest, hash);
    await target.sync();
    return { algorithm, hex: hash };
  } catch (error) {
    await disk.rm(job.to, { force: true }).catch(() => undefined);
    await disk.rm(job.archive, { force: true }).catch(() => undefined);
    throw isInflateFault(error) ? bad(job.label, 'its compressed data is damaged') : error;
  } finally {
    for (const handle of handles) await handle.close();
  }
}

/** Returns whether zlib found data that it cannot inflate. */
function isInflateFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

/** Copies the content of an entry, and returns its hash. */
async function copyContent(source: FileHandle, target: FileHandle, job: UnpackJob): Promise<string> {
  const { entry, digest, label, signal } = job;
  const start = await contentStart(source, entry, label);
  const hash = contentHash(digest?.algorithm ?? 'sha256', entry.bytes);
  let sum = 0;
  let written = 0;
  const write = async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) {
      if (written + chunk.length > entry.bytes) throw bad(label, `${entry.name} is larger than its entry`);
      written += await writeAll(target, [chunk], written);
      hash.update(chunk);
      sum = crc32(chunk, sum);
    }
  };
  const stored = Readable.from(bytesOf(source, start, entry.storedBytes));
  await (entry.isDeflated
    ? pipeline(stored, createInflateRaw(), write, { signal })
    : pipeline(stored, write, { signal }));
  if (written !== entry.bytes || sum !== entry.crc32)
    throw bad(label, `the content of ${entry.name} is damaged`);
  return hash.digest();
}

/** Returns where the content of an entry starts, after its own header. */
async function contentStart(source: FileHandle, entry: ZipEntry, label: string): Promise<number> {
  const header = Buffer.alloc(HEADER_BYTES);
  await source.read(header, 0, HEADER_BYTES, entry.offset);
  const nameBytes = header.readUInt16LE(26);
  const name = Buffer.alloc(nameBytes);
  await source.read(name, 0, nameBytes, entry.offset + HEADER_BYTES);
  if (header.readUInt32LE(0) !== HEADER_SIGNATURE || name.toString('utf8') !== entry.name)
    throw bad(label, `the header of ${entry.name} is damaged`);
  return entry.offset + HEADER_BYTES + nameBytes + header.readUInt16LE(28);
}

async function* bytesOf(source: FileHandle, start: number, bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes; ) {
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, bytes - at));
    const { bytesRead } = await source.read(buffer, 0, buffer.length, start + at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}
