import * as z from 'zod/mini';
import type { ModelCheck, StoreCheck } from '../domain/model-check.ts';
import { RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { shell } from '../shell-quote.ts';
import { pinnedFileSchema } from './pinned-file-schema.ts';

const modelCheck: Schema<ModelCheck> = z.object({
  ref: z.string(),
  state: z.enum(['present', 'partial', 'missing']),
  missing: z.array(pinnedFileSchema),
  unverified: z.optional(z.array(pinnedFileSchema)),
  totalBytes: z.number(),
  missingBytes: z.number(),
});

const storeCheck: Schema<StoreCheck> = z.object({ checks: z.array(modelCheck), freeBytes: z.number() });

/**
 * Parses the output of `rma-worker check`.
 * @throws RmaError RMA_WORKER_INCOMPATIBLE exit 1, for a worker image of another version
 */
export function readStoreCheck(json: string, image: string): StoreCheck {
  const parsed = parseJson(storeCheck, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError(
    'RMA_WORKER_INCOMPATIBLE',
    `cannot read the store check of ${image}: ${parsed.faults.join('; ')}`,
    {
      hint: shell`the image belongs to another version of rma; rebuild it: docker image rm ${image}, then rma up`,
    },
  );
}
