import { registrationSchema } from '../core/coordinator/registration-schema.ts';
import { LEASE_SECONDS, type Lease, type Registration } from '../core/domain/registration.ts';
import { type HttpResponse, ok, refusal } from '../core/network/http-response.ts';
import type { RequestTarget } from '../core/network/own-host.ts';
import { describeIssue, parseValue, readJson } from '../core/schema/parse.ts';
import type { Access } from './access.ts';
import type { BodyResult, Trust } from './bodies.ts';
import type { WorkerRegistry } from './worker-registry.ts';

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

type Handler = (request: RouteRequest, id: string) => HttpResponse | Promise<HttpResponse>;
type Route = { readonly pattern: RegExp; readonly methods: Readonly<Record<string, Handler>> };

/** Faults of a body that a response lists. */
const MAX_FAULTS = 5;

const LEASE: Lease = { leaseSeconds: LEASE_SECONDS };

interface Coordinator {
  readonly registry: WorkerRegistry;
  readonly access: Access;
}

/** Returns the handler for all requests of the API in docs/registration.md, without a server. */
export function createRoutes(
  registry: WorkerRegistry,
  access: Access,
): (request: RouteRequest) => Promise<HttpResponse> {
  const coordinator = { registry, access };
  const read = (answer: () => unknown): Handler => {
    return (request) => access.reader(request.authorization, request.target) ?? ok(answer());
  };
  const routes: readonly Route[] = [
    { pattern: /^\/healthz$/, methods: { GET: () => ok({ status: 'ok' }) } },
    { pattern: /^\/v1\/models$/, methods: { GET: read(registry.models) } },
    {
      pattern: /^\/v1\/workers$/,
      methods: { GET: read(registry.workers), POST: (request) => register(request, coordinator) },
    },
    {
      pattern: /^\/v1\/workers\/([\w.-]{1,128})$/,
      methods: {
        PUT: (request, id) => heartbeat(request, id, coordinator),
        DELETE: (request, id) => leave(request, id, coordinator),
      },
    },
  ];
  return async (request) => dispatch(routes, request);
}

function dispatch(routes: readonly Route[], request: RouteRequest): HttpResponse | Promise<HttpResponse> {
  for (const { pattern, methods } of routes) {
    const match = pattern.exec(request.path);
    if (match === null) continue;
    const handler = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
    if (handler !== undefined) return handler(request, match[1] ?? '');
    const allow = Object.keys(methods).join(', ');
    const message = `method ${request.method} is not allowed for ${request.path}; allowed: ${allow}`;
    return { ...refusal(405, 'RMA_COORDINATOR_METHOD', message), headers: { allow } };
  }
  return refusal(404, 'RMA_COORDINATOR_NO_ROUTE', `no route ${request.path}`);
}

async function register(request: RouteRequest, { registry, access }: Coordinator): Promise<HttpResponse> {
  const worker = await readRegistration(request, access);
  if ('status' in worker) return worker;
  const taken = takenElsewhere(registry, worker.registration);
  if (taken !== null) return taken;
  registry.renew(worker.registration);
  return { status: 201, body: LEASE };
}

async function heartbeat(
  request: RouteRequest,
  id: string,
  { registry, access }: Coordinator,
): Promise<HttpResponse> {
  const worker = await readRegistration(request, access, registry.find(id));
  if ('status' in worker) return worker;
  const { registration } = worker;
  if (registration.id !== id) {
    const message = `worker ID mismatch: the body has "${registration.id}", the path has "${id}"`;
    return refusal(422, 'RMA_COORDINATOR_BODY', message);
  }
  if (registry.find(id) === undefined) return unknownWorker(id);
  const taken = takenElsewhere(registry, registration);
  if (taken !== null) return taken;
  registry.renew(registration);
  return ok(LEASE);
}

function leave(request: RouteRequest, id: string, { registry, access }: Coordinator): HttpResponse {
  const denied = access.anyone(request.authorization);
  if (denied !== null) return denied;
  const known = registry.find(id);
  if (known === undefined) return unknownWorker(id);
  const forbidden = access.worker(request.authorization, known.host, id);
  if (forbidden !== null) return forbidden;
  registry.remove(id);
  return ok({ removed: id });
}

/**
 * Reads a registration and checks its token. The token is checked before the body where the worker is known by then: by
 * its header, or by its path and the entry it renews. Otherwise the body names the worker, and little of it is read.
 */
async function readRegistration(
  request: RouteRequest,
  access: Access,
  known?: Registration,
): Promise<HttpResponse | { readonly registration: Registration }> {
  const denied = access.anyone(request.authorization);
  if (denied !== null) return denied;
  const claimed = request.worker === undefined ? known : parseWorker(request.worker);
  if (claimed === null) {
    return refusal(400, 'RMA_COORDINATOR_HEADERS', 'header RMA-Worker must be <host>/<id>');
  }
  const refused = claimed && access.worker(request.authorization, claimed.host, claimed.id);
  if (refused) return refused;
  const body = await request.body(claimed === undefined ? 'unverified' : 'verified');
  return body.ok ? parseRegistration(body.text, request, access) : body.answer;
}

function parseRegistration(
  text: string,
  { authorization }: RouteRequest,
  access: Access,
): HttpResponse | { readonly registration: Registration } {
  const body = readJson(text);
  if (body === undefined) return refusal(400, 'RMA_COORDINATOR_JSON', 'the body is not JSON');
  const parsed = parseValue(registrationSchema, body);
  if (!parsed.ok) {
    const faults = parsed.faults.slice(0, MAX_FAULTS).map(describeIssue).join('; ');
    return refusal(422, 'RMA_COORDINATOR_BODY', faults);
  }
  const { host, id } = parsed.value;
  return access.worker(authorization, host, id) ?? { registration: parsed.value };
}

function parseWorker(header: string): { readonly host: string; readonly id: string } | null {
  const [, host, id] = /^(\w[\w.-]{0,127})\/(\w[\w.-]{0,127})$/.exec(header) ?? [];
  return host === undefined || id === undefined ? null : { host, id };
}

function takenElsewhere(registry: WorkerRegistry, worker: Registration): HttpResponse | null {
  const known = registry.find(worker.id);
  if (known === undefined || known.host === worker.host) return null;
  return refusal(409, 'RMA_COORDINATOR_TAKEN', `worker ${worker.id} is registered from host ${known.host}`);
}

function unknownWorker(id: string): HttpResponse {
  return refusal(404, 'RMA_COORDINATOR_UNKNOWN_WORKER', `worker ${id} is not registered: POST /v1/workers`);
}
