import * as z from 'zod/mini';
import type { PinnedFile } from '../domain/pinned-model.ts';
import type { Schema } from '../schema/parse.ts';
import { matching, textWithout, wholeNumber } from '../schema/rules.ts';
import { pathFault } from './safe-path.ts';

/** A file of a pinned model. */
export const pinnedFileSchema: Schema<PinnedFile> = z.object({
  path: textWithout(pathFault, 'a path inside the repository'),
  bytes: wholeNumber(0),
  digest: z.nullable(
    z.object({
      algorithm: z.enum(['sha256', 'git-sha1']),
      hex: matching(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'lower-case hexadecimal'),
    }),
  ),
});
