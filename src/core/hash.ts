import { createHash } from 'node:crypto';

/** Returns the sha256 of text or bytes, 64 hexadecimal digits. */
export function sha256Hex(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
