import type { FileFacts } from '../core/domain/file-facts.ts';

/** Files of one host. Paths are absolute. */
export interface FileStore {
  /** Returns the content; null when the file does not exist. */
  read(path: string): Promise<string | null>;
  /**
   * Writes through a temporary file in the same directory, which is created if it is missing.
   * @throws RmaError RMA_FILE_UNWRITABLE (3), RMA_DISK_FULL (5)
   */
  write(path: string, content: string, mode: number): Promise<void>;
  /** Creates the directory with this mode, or changes the mode of an existing one. @throws RmaError RMA_FILE_UNWRITABLE (3) */
  createDirectory(path: string, mode: number): Promise<void>;
  /** Removes a file, or a directory with its content. A missing path is not an error. */
  remove(path: string): Promise<void>;
  /** Removes the temporary files that killed processes left in a directory: `*.tmp`, but not those of running processes. */
  removeLeftovers(directory: string): Promise<void>;
  /** Returns the names in a directory, sorted; empty when it does not exist. @throws RmaError RMA_FILE_UNREADABLE (3) */
  list(directory: string): Promise<readonly string[]>;
  /** Returns the facts of what the path names; null when it does not exist. */
  facts(path: string): Promise<FileFacts | null>;
  /** Changes the owner. @throws RmaError RMA_FILE_UNWRITABLE (3) */
  chown(path: string, uid: number, gid: number): Promise<void>;
  /** Returns whether the file system of the path is mounted read-only. */
  isReadOnly(path: string): Promise<boolean>;
  /** Returns the bytes free to an ordinary user on the file system of the path, or of its nearest existing parent; null when unknown. */
  freeBytes(path: string): Promise<number | null>;
}
