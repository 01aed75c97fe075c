import { createHash } from 'node:crypto';

/** Inputs of the worker image. */
export interface ImageParts {
  readonly version: string;
  readonly dockerfile: Uint8Array;
  readonly rootfs: Uint8Array;
  /** reference of the base image */
  readonly base: string;
}

const REPOSITORY = 'rma-worker';

/** Returns whether an image is a worker image of any version. */
export function isWorkerImage(reference: string): boolean {
  return reference.startsWith(`${REPOSITORY}:`);
}

/** Returns names that always mean the worker image built last, for Dockerfiles and `docker run`. */
export function stableImageTags(version: string): readonly string[] {
  return [`${REPOSITORY}:${version}`, `${REPOSITORY}:latest`];
}

/** Returns `rma-worker:<version>-<12 hex>`. The tag contains a hash of content and base image, so it is immutable. */
export function workerImageTag({ version, dockerfile, rootfs, base }: ImageParts): string {
  const all = createHash('sha256');
  // Hash each part separately, so that moving bytes between parts changes the tag.
  for (const part of [dockerfile, rootfs, base]) all.update(createHash('sha256').update(part).digest());
  return `${REPOSITORY}:${version}-${all.digest('hex').slice(0, 12)}`;
}

/** Returns the tag of an image that rma builds for an engine. The same content has the same tag. */
export function engineImageTag(engine: string, contentHash: string): string {
  return `rma-engine-${engine}:${contentHash.slice(0, 12)}`;
}
