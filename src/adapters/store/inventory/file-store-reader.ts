import { placeInStore, type StorePaths } from '../../../core/source/store-paths.ts';
import type { ByteRange } from '../../../ports/range-reader.ts';
import type { StoreReader } from '../../../ports/store-reader.ts';
import { type Disk, realDisk } from '../disk/disk.ts';
import { onDisk } from '../disk/disk-fault.ts';
import { readBytes } from '../disk/files.ts';
import { guardedDisk } from '../disk/guarded-disk.ts';
import { guardOf } from '../disk/store-guard.ts';
import type { StoreOptions } from '../file-model-store.ts';

/** Reads the content of files of a store on the file systems of this machine. */
export class FileStoreReader implements StoreReader {
  readonly #disk: Disk;
  readonly #paths: StorePaths;

  constructor({ paths, disk = realDisk }: Omit<StoreOptions, 'clock'>) {
    this.#disk = guardedDisk(disk, guardOf(paths));
    this.#paths = paths;
  }

  readContent(path: string, range: ByteRange): Promise<Uint8Array> {
    const place = placeInStore(this.#paths, path);
    return onDisk(place, () => readBytes(this.#disk, place, range));
  }
}
