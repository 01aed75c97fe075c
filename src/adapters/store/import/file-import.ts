import { join } from 'node:path';
import type { ImportModel, ImportSource } from '../../../core/domain/import.ts';
import type { Digest, PinnedFile } from '../../../core/domain/pinned-model.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import type { StorePaths } from '../../../core/source/store-paths.ts';
import { weightFormat } from '../../../core/verify/structure.ts';
import type { ModelImport, PlacedContent, PlaceJob } from '../../../ports/model-import.ts';
import { isUnpacked } from '../bundle/unpack-directory.ts';
import { type Disk, realDisk } from '../disk/disk.ts';
import { onDisk } from '../disk/disk-fault.ts';
import { assertMagic } from '../disk/gguf-magic.ts';
import { guardedDisk } from '../disk/guarded-disk.ts';
import { hashFile } from '../disk/hash-file.ts';
import { guardOf, StoreGuard } from '../disk/store-guard.ts';
import { structureFault } from '../disk/structure-fault.ts';
import { findSource } from './find-source.ts';
import { canLink, linkVerified, placeContent } from './place-content.ts';

/** Directories of models on the file systems of this machine, and a store that they are imported into. */
export class FileModelImport implements ModelImport {
  readonly #disk: Disk;
  readonly #state: string;

  constructor({ paths, disk = realDisk }: { readonly paths: StorePaths; readonly disk?: Disk }) {
    this.#disk = guardedDisk(disk, guardOf(paths));
    this.#state = paths.state;
  }

  async find(directory: string): Promise<ImportSource | null> {
    return findSource(directory);
  }

  async canLink(found: ImportModel, file: PinnedFile, path: string): Promise<boolean> {
    const from = sourceOf(found, file);
    return from !== null && (await canLink(this.#disk, from, path));
  }

  async place({ found, file, to, ...work }: PlaceJob): Promise<PlacedContent> {
    const { bytes, digest, path } = file;
    const from = sourceOf(found, file);
    if (from === null) throw changed(found, file);
    const algorithm = digest?.algorithm ?? 'sha256';
    return onDisk(from, async () => {
      try {
        const job = { from, to, expected: { bytes, algorithm }, ...work };
        const isVerified = digest?.algorithm === 'sha256' && isUnpacked(this.#state, from, digest.hex);
        const { hex, placement } = isVerified
          ? await linkVerified(this.#disk, job, digest.hex)
          : await placeContent(this.#disk, job);
        if (hex === null) throw changed(found, file);
        if (digest !== null && hex !== digest.hex)
          throw corrupt(found, file, `its ${algorithm} is ${hex}, expected ${digest.hex}`);
        await assertMagic(this.#disk, to, { name: path, label: from });
        const whole = { path: to, name: path, bytes, format: weightFormat(path) };
        const fault = digest === null ? await structureFault(this.#disk, whole) : null;
        if (fault !== null) throw corrupt(found, file, fault);
        return { digest: { algorithm, hex }, placement };
      } catch (error) {
        await this.#disk.rm(to, { force: true }).catch(() => undefined);
        throw error;
      }
    });
  }

  async discard(path: string): Promise<void> {
    await this.#disk.rm(path, { force: true }).catch(() => undefined);
  }

  async hash(found: ImportModel, file: PinnedFile, signal: AbortSignal): Promise<Digest> {
    const from = sourceOf(found, file);
    const expected = { bytes: file.bytes, algorithm: 'sha256' } as const;
    const hex =
      from === null ? null : await onDisk(from, () => hashFile(this.#disk, from, { expected, signal }));
    if (hex === null) throw changed(found, file);
    return { algorithm: 'sha256', hex };
  }
}

/** Returns the path of a file's content without links; null if it does not exist, or a link leads out of the directory. */
function sourceOf({ directory, files }: ImportModel, { path }: PinnedFile): string | null {
  const file = files.find((each) => each.path === path);
  if (file === undefined) return null;
  try {
    return new StoreGuard([directory]).realpath(join(directory, file.from));
  } catch (error) {
    if (error instanceof RmaError) return null;
    throw error;
  }
}

function changed({ directory, files }: ImportModel, { path }: PinnedFile): RmaError {
  const from = files.find((each) => each.path === path)?.from ?? path;
  return new RmaError(
    'RMA_IMPORT_CHANGED',
    `${join(directory, from)} changed or disappeared during the import`,
    {
      hint: 'wait until no other program downloads models, then run the command again',
    },
  );
}

function corrupt({ directory, files }: ImportModel, { path }: PinnedFile, why: string): RmaError {
  const from = join(directory, files.find((each) => each.path === path)?.from ?? path);
  return new RmaError('RMA_IMPORT_CORRUPT', `${from} is corrupt: ${why}`, {
    exitCode: EXIT.badContent,
    hint: 'download the model again, with the program that it belongs to or with rma models pull',
    details: { path: from },
  });
}
