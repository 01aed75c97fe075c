import type { FetchRequest } from '../domain/fetch-request.ts';
import { EXIT, RmaError } from '../errors.ts';
import { checkShape, list, optional, record, type Shape, text } from '../shape.ts';
import { pinnedModelShape } from './pinned-model-shape.ts';

const request: Shape<FetchRequest> = record({
  models: list(pinnedModelShape),
  needs: optional(record({ host: text(), project: text(), profile: text(), refs: list(text()) })),
});

/**
 * The models that the caller wants, out of the JSON text on stdin.
 * @throws RmaError RMA_WORKER_REQUEST exit 2, with every fault and its place
 */
export function readFetchRequest(json: string): FetchRequest {
  const checked = checkShape(request, parse(json));
  if (checked.ok) return checked.value;
  throw badRequest(checked.faults.join('; '));
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw badRequest(cause instanceof Error ? cause.message : String(cause));
  }
}

function badRequest(message: string): RmaError {
  return new RmaError('RMA_WORKER_REQUEST', `stdin is not a list of pinned models: ${message}`, {
    exitCode: EXIT.usage,
    hint: 'send {"models": [...]} with models as .rma/resolved.json holds them',
  });
}
