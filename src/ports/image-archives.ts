/** An image that was unpacked from an archive of `docker save`. */
export interface UnpackedImage {
  /** how many layers it has */
  readonly layers: number;
  /**
   * Returns an archive for `docker load` that adds one layer to those below it, which the engine must have. The last one is
   * the image with its name.
   * @param at from 0, the lowest
   */
  archive(at: number): AsyncIterable<Uint8Array>;
  /** Returns the bytes of one layer. @param at from 0, the lowest; 0 bytes for one that was skipped */
  bytes(at: number): number;
  /** Returns the ids (`sha256:…`) that engines give the image in that archive, which only holds layers. */
  ids(at: number): readonly string[];
  /** Removes the unpacked files. */
  remove(): Promise<void>;
}

export interface UnpackRequest {
  /** name of the image */
  readonly reference: string;
  /** layers that are not needed (`sha256:…` of their uncompressed content) */
  readonly skip: ReadonlySet<string>;
  /** directory for the files; it is emptied */
  readonly spool: string;
  readonly signal: AbortSignal;
}

/** Takes archives of images apart, so that an engine gets one layer at a time. */
export interface ImageArchives {
  /**
   * Unpacks an archive of one image.
   * @throws RmaError RMA_IMAGE_ARCHIVE (1) for one that cannot be read, RMA_STORE_* for the directory
   */
  unpack(archive: AsyncIterable<Uint8Array>, request: UnpackRequest): Promise<UnpackedImage>;
}
