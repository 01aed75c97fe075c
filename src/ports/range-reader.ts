import type { FileLocation } from './model-source.ts';

/** Bytes of a file from `from` up to `to`, which is not included. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Reads parts of files on hubs, such as the header of a model. */
export interface RangeReader {
  /**
   * Returns the bytes of a range, fewer if the file ends before.
   * @throws RmaError RMA_HUB_* when the hub rejects the request, fails, or sends another range
   */
  read(location: FileLocation, range: ByteRange, signal?: AbortSignal): Promise<Uint8Array>;
}
