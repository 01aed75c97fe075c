import type { FileLocation } from './model-source.ts';

/** Reads a part of a file on a hub, for the little that decides something before the file is fetched. */
export interface RangeReader {
  /**
   * The bytes from `from` up to `to` (not included), fewer when the file ends before.
   * @throws RmaError RMA_HUB_* when the hub refuses, fails, or sends another part
   */
  read(location: FileLocation, from: number, to: number, signal?: AbortSignal): Promise<Uint8Array>;
}
