import { groupReportSchema } from '../core/coordinator/group-schema.ts';
import { registrationSchema } from '../core/coordinator/registration-schema.ts';
import { LEASE_SECONDS, type Lease, type Registration } from '../core/domain/registration.ts';
import { type HttpResponse, ok, refusal } from '../core/network/http-response.ts';
import type { Access } from './access.ts';
import { type RouteRequest, readBody } from './read-body.ts';
import type { WorkerRegistry } from './worker-registry.ts';

type Handler = (request: RouteRequest, id: string, rank: string) => HttpResponse | Promise<HttpResponse>;
type Route = { readonly pattern: RegExp; readonly methods: Readonly<Record<string, Handler>> };

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
    {
      pattern: /^\/v1\/groups\/([\w.-]{1,128})\/(\d{1,2})$/,
      methods: {
        PUT: (request, name, rank) => reportToGroup(request, { name, rank: Number(rank) }, coordinator),
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
    if (handler !== undefined) return handler(request, match[1] ?? '', match[2] ?? '');
    const allow = Object.keys(methods).join(', ');
    const message = `method ${request.method} is not allowed for ${request.path}; allowed: ${allow}`;
    return { ...refusal(405, 'RMA_COORDINATOR_METHOD', message), headers: { allow } };
  }
  return refusal(404, 'RMA_COORDINATOR_NO_ROUTE', `no route ${request.path}`);
}

async function register(request: RouteRequest, { registry, access }: Coordinator): Promise<HttpResponse> {
  const worker = await readBody(request, { access, schema: registrationSchema });
  if ('status' in worker) return worker;
  const taken = takenElsewhere(registry, worker.content);
  if (taken !== null) return taken;
  registry.renew(worker.content);
  return { status: 201, body: LEASE };
}

async function heartbeat(
  request: RouteRequest,
  id: string,
  { registry, access }: Coordinator,
): Promise<HttpResponse> {
  const worker = await readBody(request, { access, schema: registrationSchema, known: registry.find(id) });
  if ('status' in worker) return worker;
  const { content: registration } = worker;
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

async function reportToGroup(
  request: RouteRequest,
  { name, rank }: { readonly name: string; readonly rank: number },
  { registry, access }: Coordinator,
): Promise<HttpResponse> {
  const worker = await readBody(request, { access, schema: groupReportSchema });
  if ('status' in worker) return worker;
  const { content: report } = worker;
  if (report.id !== `${report.host}-${name}` || rank >= report.nodes) {
    const message = `worker ${report.id} cannot have rank ${rank} of ${report.nodes} in the group ${name}`;
    return refusal(422, 'RMA_COORDINATOR_BODY', message);
  }
  const result = registry.reportToGroup({ name, rank, report });
  switch (result.kind) {
    case 'state':
      return ok(result.state);
    case 'taken':
      return refusal(
        409,
        'RMA_COORDINATOR_TAKEN',
        `rank ${rank} of the group ${name} is taken by worker ${result.by}`,
      );
    case 'not-ready': {
      const message = `not all hosts of the group ${name} have reported since the coordinator started`;
      return refusal(503, 'RMA_COORDINATOR_NOT_READY', message);
    }
  }
}

function takenElsewhere(registry: WorkerRegistry, worker: Registration): HttpResponse | null {
  const known = registry.find(worker.id);
  if (known === undefined || known.host === worker.host) return null;
  return refusal(409, 'RMA_COORDINATOR_TAKEN', `worker ${worker.id} is registered from host ${known.host}`);
}

function unknownWorker(id: string): HttpResponse {
  return refusal(404, 'RMA_COORDINATOR_UNKNOWN_WORKER', `worker ${id} is not registered: POST /v1/workers`);
}
