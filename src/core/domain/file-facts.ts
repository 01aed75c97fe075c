/** What a path names. */
export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'other';
  readonly uid: number;
  readonly gid: number;
  /** permission bits */
  readonly mode: number;
  /** when the content changed last, milliseconds since the Unix epoch */
  readonly modifiedMs: number;
}
