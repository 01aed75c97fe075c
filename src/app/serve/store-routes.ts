import { DIGEST_ALGORITHMS, type Digest } from '../../core/domain/pinned-model.ts';
import { RmaError } from '../../core/errors.ts';
import { HOST_FROM_CONTAINER } from '../../core/host-address.ts';
import { bearerToken } from '../../core/network/bearer-token.ts';
import { selectRange } from '../../core/network/byte-range.ts';
import { type HttpResponse, ok, refusal } from '../../core/network/http-response.ts';
import { isOwnHost } from '../../core/network/own-host.ts';
import { sameToken } from '../../core/registration-token.ts';
import { formatModelRef, parseModelRef } from '../../core/source/parse-ref.ts';
import type { AnswerRequest, ServerAnswer, ServerRequest } from '../../ports/http-server.ts';
import type { ServedStore } from '../../ports/served-store.ts';

const CONTENT = /^\/v1\/content\/([^/]+)\/([0-9a-f]+)$/;
const DIGITS: Readonly<Record<Digest['algorithm'], number>> = { sha256: 64, 'git-sha1': 40, md5: 32 };

/**
 * Returns the handler for all requests to a served store (docs/serve.md). With a token every request needs it; without one,
 * requests must name this machine in `Host`.
 */
export function createStoreRoutes(store: ServedStore, token: string | null): AnswerRequest {
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return wrongMethod(request);
    if (request.path === '/healthz') return ok({ status: 'ok' });
    const denied = deniedTo(request, token);
    if (denied !== null) return denied;
    if (token !== null) request.verify();
    if (request.path === '/v1/models') return models(store, request);
    const digest = contentDigest(request.path);
    if (digest !== null) return content(store, request, digest);
    return refusal(404, 'RMA_SERVE_NO_ROUTE', `no route ${request.path}`);
  };
}

function contentDigest(path: string): Digest | null {
  const [, name, hex = ''] = CONTENT.exec(path) ?? [];
  const algorithm = DIGEST_ALGORITHMS.find((known) => known === name);
  return algorithm === undefined || hex.length !== DIGITS[algorithm] ? null : { algorithm, hex };
}

function deniedTo({ headers, target }: ServerRequest, token: string | null): HttpResponse | null {
  if (token === null) {
    if (isOwnHost(target, [HOST_FROM_CONTAINER])) return null;
    const name = JSON.stringify(target.hosts.join(', '));
    return refusal(403, 'RMA_SERVE_HOST', `Host ${name} is not a name of this server: use its address`);
  }
  const given = bearerToken(headers['authorization']);
  if (given === null) {
    const missing = 'missing header "Authorization: Bearer <token>"';
    const answer = refusal(401, 'RMA_SERVE_UNAUTHORIZED', missing);
    return { ...answer, headers: { 'www-authenticate': 'Bearer' } };
  }
  return sameToken(given, token) ? null : refusal(403, 'RMA_SERVE_FORBIDDEN', 'the token is wrong');
}

/** Returns the record of the reference in the query, else the list of all references. */
async function models(store: ServedStore, { query }: ServerRequest): Promise<HttpResponse> {
  const text = new URLSearchParams(query).get('ref');
  if (text === null) return ok({ schema: 'rma.served-models/v1', ...(await store.models()) });
  try {
    const ref = parseModelRef(text);
    const record = await store.find(ref);
    if (record !== null) return ok(record);
    return refusal(404, 'RMA_SERVE_MODEL', `no verified copy of ${formatModelRef(ref)} in this store`);
  } catch (error) {
    if (error instanceof RmaError && error.code === 'RMA_MODEL_REF_INVALID') {
      return refusal(400, 'RMA_SERVE_REFERENCE', error.message);
    }
    throw error;
  }
}

async function content(store: ServedStore, request: ServerRequest, digest: Digest): Promise<ServerAnswer> {
  const name = `${digest.algorithm}:${digest.hex}`;
  const file = await store.open(digest);
  if (file === null) return refusal(404, 'RMA_SERVE_CONTENT', `no verified content ${name} in this store`);
  const etag = `"${name}"`;
  const ifRange = request.headers['if-range'];
  // RFC 9110 13.1.5: a range of other content must not be mixed with this one
  const isCurrent = ifRange === undefined || ifRange === etag;
  const span = selectRange(isCurrent ? request.headers['range'] : undefined, file.bytes);
  const headers = { etag, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream' };
  if (span === null) {
    await file.close();
    const answer = refusal(416, 'RMA_SERVE_RANGE', `the content has ${file.bytes} bytes`);
    return {
      ...answer,
      headers: { ...headers, 'content-type': 'application/json', 'content-range': `bytes */${file.bytes}` },
    };
  }
  const { from, to } = span === 'whole' ? { from: 0, to: file.bytes } : span;
  const range = span === 'whole' ? {} : { 'content-range': `bytes ${from}-${to - 1}/${file.bytes}` };
  return {
    status: span === 'whole' ? 200 : 206,
    headers: { ...headers, ...range, 'content-length': String(to - from) },
    content: request.method === 'HEAD' ? null : file.read({ from, to }),
    close: () => file.close(),
  };
}

function wrongMethod({ method, path }: ServerRequest): HttpResponse {
  const message = `method ${method} is not allowed for ${path}; allowed: GET, HEAD`;
  return { ...refusal(405, 'RMA_SERVE_METHOD', message), headers: { allow: 'GET, HEAD' } };
}
