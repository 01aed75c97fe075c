/** Free space kept in a store for records, other writers and the file system itself, bytes. */
export const KEPT_FREE_BYTES = 64 * 1024 * 1024;

/** Returns whether a download fits into the free space of a store. */
export function fits(neededBytes: number, freeBytes: number): boolean {
  return neededBytes === 0 || neededBytes + KEPT_FREE_BYTES <= freeBytes;
}
