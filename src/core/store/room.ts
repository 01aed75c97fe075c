import { formatBytes } from '../units.ts';

/** Free space kept in a store for records, other writers and the file system itself, bytes. */
export const KEPT_FREE_BYTES = 64 * 1024 * 1024;

/** What is free on a file system without a size, such as a tmpfs without a limit, bytes. */
export const UNLIMITED_BYTES = Number.MAX_SAFE_INTEGER;

/** Returns the error text for a download that does not fit. `what`: what is missing (default: models). */
export function noRoomText(neededBytes: number, freeBytes: number, what = 'models'): string {
  const reserve = formatBytes(KEPT_FREE_BYTES);
  return `not enough disk space: the missing ${what} need ${formatBytes(neededBytes)} plus a reserve of ${reserve}; ${formatBytes(freeBytes)} free`;
}

/** Returns whether a download fits into the free space of a store. */
export function fits(neededBytes: number, freeBytes: number): boolean {
  return neededBytes === 0 || neededBytes + KEPT_FREE_BYTES <= freeBytes;
}
