import { createHash } from 'node:crypto';

/** Bytes of a known size with random access. */
export interface Content {
  readonly size: number;
  /** Returns the bytes from `start` up to, not including, `end`. */
  readonly read: (start: number, end: number) => Uint8Array;
}

export type ContentSource = string | Uint8Array | Content;

const PIECE = 1024 * 1024;

/** Adds random access to a source; a string is encoded as UTF-8. */
export function contentOf(source: ContentSource): Content {
  const bytes = typeof source === 'string' ? Buffer.from(source, 'utf8') : source;
  if (!(bytes instanceof Uint8Array)) return bytes;
  return { size: bytes.length, read: (start, end) => bytes.subarray(start, end) };
}

/** Returns content of any size without using memory: a repeated pseudo-random block, each time with its number. */
export function patternContent(size: number, seed = 1): Content {
  const BLOCK = 64 * 1024;
  const block = Buffer.alloc(BLOCK);
  let state = (seed * 2654435761) >>> 0 || 1;
  for (let offset = 0; offset < BLOCK; offset += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    block.writeInt32LE(state, offset);
  }
  const read = (start: number, end: number): Uint8Array => {
    const first = Math.floor(start / BLOCK);
    const numbered = Array.from({ length: Math.ceil(end / BLOCK) - first }, (_, index) => {
      const copy = Buffer.from(block);
      copy.writeUInt32LE(first + index, 0);
      return copy;
    });
    return Buffer.concat(numbered).subarray(start - first * BLOCK, end - first * BLOCK);
  };
  return { size, read };
}

/** Returns the content with all bits of one byte inverted. */
export function withFlippedByte(content: Content, offset: number): Content {
  const read = (start: number, end: number): Uint8Array => {
    const bytes = Uint8Array.from(content.read(start, end));
    const seen = bytes[offset - start];
    if (seen !== undefined) bytes[offset - start] = seen ^ 0xff;
    return bytes;
  };
  return { size: content.size, read };
}

export function sha256Of(content: Content): string {
  return digest('sha256', '', content);
}

/** Returns the git blob id of the content. */
export function gitBlobIdOf(content: Content): string {
  return digest('sha1', `blob ${content.size}\0`, content);
}

// Hashed once, because many tests start a hub with the same large content.
const digests = new WeakMap<Content, Map<string, string>>();

function digest(algorithm: string, prefix: string, content: Content): string {
  const known = digests.get(content) ?? new Map<string, string>();
  digests.set(content, known);
  const value = known.get(algorithm) ?? computeDigest(algorithm, prefix, content);
  known.set(algorithm, value);
  return value;
}

function computeDigest(algorithm: string, prefix: string, content: Content): string {
  const hash = createHash(algorithm).update(prefix);
  for (let start = 0; start < content.size; start += PIECE) {
    hash.update(content.read(start, Math.min(start + PIECE, content.size)));
  }
  return hash.digest('hex');
}
