/** Sums of files. */
export interface FileSums {
  /** number of files */
  readonly files: number;
  readonly bytes: number;
  /** bytes on disk */
  readonly diskBytes: number;
  /** newest modification time, milliseconds since the Unix epoch */
  readonly newest: number;
}
