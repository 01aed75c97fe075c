import * as z from 'zod/mini';
import type { FetchRequest } from '../domain/fetch-request.ts';
import { EXIT, RmaError } from '../errors.ts';
import { needsSchema } from '../inventory/read-needs.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { pinnedModelSchema } from '../source/pinned-model-schema.ts';

const fetchRequest: Schema<FetchRequest> = z.object({
  models: z.array(pinnedModelSchema),
  needs: z.optional(needsSchema),
});

/**
 * Parses the JSON text on stdin: the models to fetch.
 * @throws RmaError RMA_WORKER_REQUEST exit 2, with every fault and its place
 */
export function readFetchRequest(json: string): FetchRequest {
  const parsed = parseJson(fetchRequest, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError(
    'RMA_WORKER_REQUEST',
    `invalid list of pinned models on stdin: ${parsed.faults.join('; ')}`,
    {
      exitCode: EXIT.usage,
      hint: 'send {"models": [...]} with models as in .rma/resolved.json',
    },
  );
}
