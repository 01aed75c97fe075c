import * as z from 'zod/mini';
import { DIGEST_ALGORITHMS, type Digest, type PinnedFile } from '../domain/pinned-model.ts';
import { isObject } from '../schema/issue.ts';
import type { Schema } from '../schema/parse.ts';
import { longList, matching, textWithout, wholeNumber } from '../schema/rules.ts';
import { pathFault } from './safe-path.ts';

const HEX = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/;

/** A file of a pinned model. */
export const pinnedFileSchema: Schema<PinnedFile> = z.object({
  path: textWithout(pathFault, 'a path inside the repository'),
  bytes: wholeNumber(0),
  digest: z.nullable(
    z.object({
      algorithm: z.enum(DIGEST_ALGORITHMS),
      hex: matching(HEX, 'lower-case hexadecimal'),
    }),
  ),
});

/** The files of a pinned model. */
export const pinnedFilesSchema: Schema<readonly PinnedFile[]> = longList(pinnedFileSchema, isPinnedFile);

function isPinnedFile(value: unknown): value is PinnedFile {
  if (!isObject(value) || Object.keys(value).length !== 3) return false;
  const { path, bytes, digest } = value;
  return (
    typeof path === 'string' &&
    Number.isSafeInteger(bytes) &&
    Number(bytes) >= 0 &&
    (digest === null || isDigest(digest)) &&
    pathFault(path) === null
  );
}

function isDigest(value: unknown): value is Digest {
  if (!isObject(value) || Object.keys(value).length !== 2) return false;
  const { algorithm, hex } = value;
  return DIGEST_ALGORITHMS.some((known) => known === algorithm) && typeof hex === 'string' && HEX.test(hex);
}
