import * as z from 'zod/mini';
import type { PinnedFile } from '../domain/pinned-model.ts';
import { jsonOrNull, type Schema } from '../schema/parse.ts';
import { matching, wholeNumber } from '../schema/rules.ts';

const commit = matching(/^[0-9a-f]{40}$/, '40 hexadecimal digits');
const sha256 = matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits');

interface TreeFile {
  readonly size: number;
  readonly blob_id: string;
  readonly lfs_sha256?: string | null | undefined;
  readonly lfs_size?: number | null | undefined;
}

/** https://github.com/huggingface/huggingface_hub: `trees/COMMIT.json` of its cache */
const tree: Schema<{ readonly format_version: 1; readonly files: Readonly<Record<string, TreeFile>> }> =
  z.object({
    format_version: z.literal(1),
    files: z.record(
      z.string(),
      z.object({
        size: wholeNumber(0),
        blob_id: commit,
        lfs_sha256: z.nullish(sha256),
        lfs_size: z.nullish(wholeNumber(0)),
      }),
    ),
  });

/** Parses the listing of a commit in a hub cache, `trees/COMMIT.json`; null for any other text. */
export function parseTree(text: string): readonly PinnedFile[] | null {
  const listed = jsonOrNull(tree, text);
  return listed === null ? null : Object.entries(listed.files).map(([path, file]) => treeFile(path, file));
}

function treeFile(path: string, { size, blob_id, lfs_sha256, lfs_size }: TreeFile): PinnedFile {
  return typeof lfs_sha256 === 'string'
    ? { path, bytes: lfs_size ?? size, digest: { algorithm: 'sha256', hex: lfs_sha256 } }
    : { path, bytes: size, digest: { algorithm: 'git-sha1', hex: blob_id } };
}
