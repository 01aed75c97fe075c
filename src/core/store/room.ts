/** Kept free in a store for records, other writers and the file system itself, bytes. */
export const KEPT_FREE_BYTES = 64 * 1024 * 1024;

/** Whether so many bytes can be fetched into a store with so many free. */
export function fits(neededBytes: number, freeBytes: number): boolean {
  return neededBytes === 0 || neededBytes + KEPT_FREE_BYTES <= freeBytes;
}
