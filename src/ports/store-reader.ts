import type { ByteRange } from './range-reader.ts';

/** Reads the content of files of a store. Works on a read-only mount. */
export interface StoreReader {
  /** Returns the bytes of the file at a path of the inventory, fewer if it ends before. @throws RmaError RMA_STORE_* */
  readContent(path: string, range: ByteRange): Promise<Uint8Array>;
}
