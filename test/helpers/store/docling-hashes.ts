import { createHash } from 'node:crypto';
import type { DoclingPart, DoclingRelease } from '../../../src/core/source/docling/releases.ts';

/** Returns the content of the file at a URL, or of the model in the archive there. */
export function contentAt(url: string): string {
  return `content of ${url}\n`.repeat(200);
}

/** Returns the releases with the hashes of the contents that the test hub serves, for `vi.mock`. */
export function withTestHashes(module: {
  DOCLING_RELEASES: Readonly<Record<string, DoclingRelease>>;
}): typeof module {
  const hashed = (part: DoclingPart): DoclingPart => {
    if (part.kind === 'repository') return part;
    const hash = (algorithm: string) => createHash(algorithm).update(contentAt(part.url)).digest('hex');
    if (part.kind === 'archive') return { ...part, md5: hash('md5') };
    return { ...part, sha256: part.sha256 === null ? null : hash('sha256') };
  };
  const release = ({ models, defaults }: DoclingRelease): DoclingRelease => {
    const parts = Object.entries(models).map(([name, each]) => [name, each.map(hashed)] as const);
    return { models: Object.fromEntries(parts), defaults };
  };
  const releases = Object.entries(module.DOCLING_RELEASES).map(([id, each]) => [id, release(each)] as const);
  return { ...module, DOCLING_RELEASES: Object.fromEntries(releases) };
}
