import * as z from 'zod/mini';
import type { PinnedFile } from '../domain/pinned-model.ts';
import type { Schema } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';
import { pinnedFilesSchema } from '../store/pinned-file-schema.ts';

/** Returns the fields that the pinned models of every source have. */
export function pinnedFields<const Id extends string>(
  id: Id,
  files: Schema<readonly PinnedFile[]> = pinnedFilesSchema,
) {
  return { source: z.literal(id), ref: text(), files, sources: z.optional(z.array(text())) };
}
