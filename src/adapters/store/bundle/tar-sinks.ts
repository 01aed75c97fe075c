import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { partName } from '../../../core/bundle/part-name.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { outputUnwritable } from '../../../core/output-fault.ts';
import { type Disk, errnoOf, NO_RECORD, unless } from '../disk/disk.ts';
import { noFiles } from '../disk/disk-fault.ts';
import { ensureDir, linkNew, openNew, syncDir } from '../disk/files.ts';
import { writeAll } from '../disk/write-all.ts';
import { partPath, sweepParts } from './part-files.ts';
import type { TarSink } from './write-bundle.ts';

/** A sink that is complete only after `finish`. */
export interface FileSink extends TarSink {
  finish(): Promise<void>;
  /** Removes what was written. Never rejects. */
  discard(): Promise<void>;
}

export interface TarFile {
  readonly path: string;
  /** null: one file */
  readonly splitBytes: number | null;
}

/**
 * Returns a sink for a tar file, or for its parts `PATH.001`, …, which get their names at the end only. Creates their
 * directory.
 * @throws RmaError RMA_BUNDLE_TARGET exit 3 if one of the names is taken
 */
export async function fileSink(disk: Disk, { path, splitBytes }: TarFile): Promise<FileSink> {
  for (const name of [path, partName(path, 1)]) {
    if ((await unless(NO_RECORD, disk.lstat(name))) !== null) throw taken(name);
  }
  await ensureDir(disk, dirname(path));
  await sweepParts(disk, dirname(path));
  const parts: { readonly name: string; readonly part: string }[] = [];
  let handle: FileHandle | null = null;
  let at = 0;
  const close = async (): Promise<void> => {
    const open = handle;
    handle = null;
    await open?.sync();
    await open?.close();
  };
  const next = async (): Promise<FileHandle> => {
    await close();
    const name = splitBytes === null ? path : partName(path, parts.length + 1);
    const part = partPath(name);
    const opened = await openPart(disk, part, name);
    parts.push({ name, part });
    at = 0;
    handle = opened;
    return opened;
  };
  return {
    async write(chunk) {
      for (let rest = chunk; rest.length > 0; ) {
        const isFull = splitBytes !== null && at >= splitBytes;
        const target = handle === null || isFull ? await next() : handle;
        const piece = splitBytes === null ? rest : rest.subarray(0, splitBytes - at);
        at += await writeAll(target, [piece], at);
        rest = rest.subarray(piece.length);
      }
    },
    async finish() {
      await close();
      for (const { name, part } of parts) await publish(disk, part, name);
      await syncDir(disk, dirname(path));
    },
    async discard() {
      await handle?.close().catch(() => undefined);
      for (const { part } of parts) await disk.rm(part, { force: true }).catch(() => undefined);
    },
  };
}

/** Opens the temporary file of `name`. @throws RmaError RMA_STORE_UNWRITABLE if no file can be created in its file system, such as /proc */
async function openPart(disk: Disk, part: string, name: string): Promise<FileHandle> {
  try {
    return await openNew(disk, part);
  } catch (error) {
    // its directory exists already
    throw errnoOf(error) === 'ENOENT' ? noFiles(name, error) : error;
  }
}

/** Gives a complete file its name. @throws RmaError RMA_BUNDLE_TARGET exit 3 if another export has written it meanwhile */
async function publish(disk: Disk, part: string, name: string): Promise<void> {
  const outcome = await linkNew(disk, part, name);
  if (outcome === 'taken') throw taken(name);
  if (outcome === 'linked') return disk.unlink(part);
  if ((await unless(NO_RECORD, disk.lstat(name))) !== null) throw taken(name);
  await disk.rename(part, name);
}

/** Returns a sink that writes to stdout, and waits for it. Its faults are not those of a disk. */
export function streamSink(stream: Writable): TarSink {
  return {
    write: (chunk) =>
      new Promise((resolve, reject) => {
        stream.write(chunk, (error) => (error ? reject(outputUnwritable(error)) : resolve()));
      }),
  };
}

function taken(path: string): RmaError {
  return new RmaError('RMA_BUNDLE_TARGET', `${path} exists already`, {
    exitCode: EXIT.notReady,
    hint: 'choose another file, or remove it first',
    details: { path },
  });
}
