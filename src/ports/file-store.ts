export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'other';
  readonly uid: number;
  readonly gid: number;
  /** permission bits */
  readonly mode: number;
  /** when its content changed last, milliseconds since the Unix epoch */
  readonly modifiedMs: number;
}

/** Files of the machine that rma runs on. Paths are absolute. */
export interface FileStore {
  /** null when there is no such file */
  read(path: string): Promise<string | null>;
  /** Writes through a temporary name in the same folder, which is made when missing. @throws RmaError RMA_FILE_UNWRITABLE (3) */
  write(path: string, content: string, mode: number): Promise<void>;
  /** Makes the folder with this mode, or gives an existing one this mode. @throws RmaError RMA_FILE_UNWRITABLE (3) */
  folder(path: string, mode: number): Promise<void>;
  /** no error when it is not there; a folder goes with its content */
  remove(path: string): Promise<void>;
  /** of the path itself; null when it is not there */
  facts(path: string): Promise<FileFacts | null>;
  /** gives the path to a user. @throws RmaError RMA_FILE_UNWRITABLE (3) */
  own(path: string, uid: number, gid: number): Promise<void>;
  /** whether the file system at the path is mounted read-only */
  isReadOnly(path: string): Promise<boolean>;
  /** bytes free to an ordinary user where the path lies or would lie; null when nothing of it can be seen */
  freeBytes(path: string): Promise<number | null>;
}
