import * as z from 'zod/mini';
import { EXIT, RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';

/** Input of `rma-worker remove` on stdin. */
export interface RemoveRequest {
  /** paths of models, as in the inventory */
  readonly paths: readonly string[];
  /** also models that workers need */
  readonly force: boolean;
}

const removeRequest: Schema<RemoveRequest> = z.object({ paths: z.array(text()), force: z.boolean() });

/** Parses the JSON text on stdin. @throws RmaError RMA_WORKER_REQUEST exit 2, with every fault and its place */
export function readRemoveRequest(json: string): RemoveRequest {
  const parsed = parseJson(removeRequest, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError('RMA_WORKER_REQUEST', `invalid request on stdin: ${parsed.faults.join('; ')}`, {
    exitCode: EXIT.usage,
    hint: 'send {"paths": [], "force": false}, with paths as rma-worker inventory prints them',
  });
}
