import * as z from 'zod/mini';
import type { PinnedModel } from '../domain/pinned-model.ts';
import { EXIT, RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';
import { pinnedModelSchema } from '../source/pinned-model-schema.ts';

/** Input of `rma-worker recall` on stdin. */
export interface RecallRequest {
  /** references to resolve */
  readonly refs: readonly string[];
  /** models whose headers are read */
  readonly models: readonly PinnedModel[];
}

const recallRequest: Schema<RecallRequest> = z.object({
  refs: z.array(text()),
  models: z.array(pinnedModelSchema),
});

/** Parses the JSON text on stdin. @throws RmaError RMA_WORKER_REQUEST exit 2, with every fault and its place */
export function readRecallRequest(json: string): RecallRequest {
  const parsed = parseJson(recallRequest, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError('RMA_WORKER_REQUEST', `invalid request on stdin: ${parsed.faults.join('; ')}`, {
    exitCode: EXIT.usage,
    hint: 'send {"refs": [], "models": []}, with references, and models as in .rma/resolved.json',
  });
}
