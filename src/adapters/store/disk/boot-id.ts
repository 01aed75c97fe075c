import { readFileSync } from 'node:fs';

/** Returns the boot ID of the running kernel, null if unknown: only processes on the same kernel can connect to each other's sockets. */
export function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}
