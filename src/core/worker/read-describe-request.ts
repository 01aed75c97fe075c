import * as z from 'zod/mini';
import { EXIT, RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';

/** Input of `rma-worker describe` on stdin. */
export interface DescribeRequest {
  /** paths of models, as in the inventory */
  readonly paths: readonly string[];
}

const describeRequest: Schema<DescribeRequest> = z.object({ paths: z.array(text()) });

/** Parses the JSON text on stdin. @throws RmaError RMA_WORKER_REQUEST exit 2, with every fault and its place */
export function readDescribeRequest(json: string): DescribeRequest {
  const parsed = parseJson(describeRequest, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError('RMA_WORKER_REQUEST', `invalid request on stdin: ${parsed.faults.join('; ')}`, {
    exitCode: EXIT.usage,
    hint: 'send {"paths": []}, with paths as rma-worker inventory prints them',
  });
}
