import { createHash } from 'node:crypto';
import type { Digest } from '../domain/pinned-model.ts';

/** sha256 of empty content, for example of an empty file from a faulty hub. */
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export interface ContentHash {
  update(bytes: Uint8Array): void;
  /** lower-case hexadecimal; finishes the hash */
  digest(): string;
  /** Returns a hash that continues from here, on its own. */
  copy(): ContentHash;
}

/** How the hash of a file begins. */
export interface HashStart {
  readonly algorithm: 'sha256' | 'sha1' | 'md5';
  /** hashed before the content: git's blob header for `git-sha1`, else empty */
  readonly header: string;
}

/** Returns how the hash of a file of this size begins. */
export function hashStart(algorithm: Digest['algorithm'], bytes: number): HashStart {
  return algorithm === 'git-sha1'
    ? { algorithm: 'sha1', header: `blob ${bytes}\0` }
    : { algorithm, header: '' };
}

/** Returns an incremental hash of a file. `git-sha1` hashes git's blob header first, so it needs the size in advance. */
export function contentHash(algorithm: Digest['algorithm'], bytes: number): ContentHash {
  const start = hashStart(algorithm, bytes);
  return continued(createHash(start.algorithm).update(start.header));
}

function continued(hash: ReturnType<typeof createHash>): ContentHash {
  return {
    update: (chunk) => void hash.update(chunk),
    digest: () => hash.digest('hex'),
    copy: () => continued(hash.copy()),
  };
}

/** Returns the digest of content in memory. */
export function digestOf(algorithm: Digest['algorithm'], content: Uint8Array): Digest {
  const hash = contentHash(algorithm, content.length);
  hash.update(content);
  return { algorithm, hex: hash.digest() };
}

/** Returns the git blob ID of the pointer file of an LFS file (git-lfs spec v1). */
export function lfsPointerOid(sha256: string, bytes: number): string {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${bytes}\n`;
  return digestOf('git-sha1', new TextEncoder().encode(pointer)).hex;
}
