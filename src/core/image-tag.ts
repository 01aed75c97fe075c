import { createHash } from 'node:crypto';

/** What the worker image is made of. */
export interface ImageParts {
  readonly version: string;
  readonly dockerfile: Uint8Array;
  readonly rootfs: Uint8Array;
  /** reference of the base image */
  readonly base: string;
}

/** `rma-worker:<version>-<12 hex>`: another content or another base is another tag, so a tag never changes its meaning. */
export function workerImageTag({ version, dockerfile, rootfs, base }: ImageParts): string {
  const all = createHash('sha256');
  // Each part by its own hash, so that no byte can move from one part to the next unnoticed.
  for (const part of [dockerfile, rootfs, base]) all.update(createHash('sha256').update(part).digest());
  return `rma-worker:${version}-${all.digest('hex').slice(0, 12)}`;
}
