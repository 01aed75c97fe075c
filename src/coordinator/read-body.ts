import { type HttpResponse, refusal } from '../core/network/http-response.ts';
import type { RequestTarget } from '../core/network/own-host.ts';
import { describeIssue, parseValue, readJson, type Schema } from '../core/schema/parse.ts';
import type { Access } from './access.ts';
import type { BodyResult, Trust } from './bodies.ts';

export interface RouteRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  /** header `RMA-Worker: <host>/<id>`: whose token it is, known before the body */
  readonly worker: string | undefined;
  readonly target: RequestTarget;
  /** reads the body; called only by routes that need it */
  readonly body: (trust: Trust) => Promise<BodyResult>;
}

/** A worker. */
interface Identity {
  readonly host: string;
  readonly id: string;
}

interface BodyOptions<T> {
  readonly access: Access;
  readonly schema: Schema<T>;
  /** the worker that the path names, if it is registered */
  readonly known?: Identity | undefined;
}

/** Faults of a body that a response lists. */
const MAX_FAULTS = 5;

/**
 * Reads the body of a worker and checks its token. The token is checked before the body where the worker is known by then: by
 * its header, or by its path and the entry it renews. Otherwise the body names the worker, and little of it is read.
 */
export async function readBody<T extends Identity>(
  request: RouteRequest,
  { access, schema, known }: BodyOptions<T>,
): Promise<HttpResponse | { readonly content: T }> {
  const denied = access.anyone(request.authorization);
  if (denied !== null) return denied;
  const claimed = request.worker === undefined ? known : parseWorker(request.worker);
  if (claimed === null) {
    return refusal(400, 'RMA_COORDINATOR_HEADERS', 'header RMA-Worker must be <host>/<id>');
  }
  const refused = claimed && access.worker(request.authorization, claimed.host, claimed.id);
  if (refused) return refused;
  const body = await request.body(claimed === undefined ? 'unverified' : 'verified');
  return body.ok ? parseBody(body.text, request, { access, schema }) : body.answer;
}

function parseBody<T extends Identity>(
  text: string,
  { authorization }: RouteRequest,
  { access, schema }: BodyOptions<T>,
): HttpResponse | { readonly content: T } {
  const body = readJson(text);
  if (body === undefined) return refusal(400, 'RMA_COORDINATOR_JSON', 'the body is not JSON');
  const parsed = parseValue(schema, body);
  if (!parsed.ok) {
    const faults = parsed.faults.slice(0, MAX_FAULTS).map(describeIssue).join('; ');
    return refusal(422, 'RMA_COORDINATOR_BODY', faults);
  }
  const { host, id } = parsed.value;
  return access.worker(authorization, host, id) ?? { content: parsed.value };
}

function parseWorker(header: string): Identity | null {
  const [, host, id] = /^(\w[\w.-]{0,127})\/(\w[\w.-]{0,127})$/.exec(header) ?? [];
  return host === undefined || id === undefined ? null : { host, id };
}
