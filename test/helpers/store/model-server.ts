import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { ServedRepo } from './served.ts';

export interface SeenRequest {
  readonly server: 'hub' | 'cdn';
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** Responds instead of the server if it returns true. */
export type Fault = (request: SeenRequest, response: ServerResponse) => boolean;

export interface ModelServer {
  /** base address of the hub, on 127.0.0.1 */
  readonly url: string;
  /** the CDN is another origin and another host name: localhost */
  readonly cdn: string;
  readonly requests: SeenRequest[];
  /** requests for file content */
  downloads(): readonly SeenRequest[];
  serve(repo: ServedRepo): void;
  fault: Fault | null;
}

/** A hub with two origins and enough of the Hugging Face API for real clients, with plain files below `/files/`. */
export async function startModelServer(): Promise<ModelServer> {
  const requests: SeenRequest[] = [];
  const repos = new Map<string, ServedRepo>();
  const hub = createServer((request, response) => take('hub', request, response));
  const cdn = createServer((request, response) => take('cdn', request, response));
  const [hubPort, cdnPort] = [await listen(hub), await listen(cdn)];
  const server: ModelServer = {
    url: `http://127.0.0.1:${hubPort}`,
    cdn: `http://localhost:${cdnPort}`,
    requests,
    downloads: () =>
      requests.filter(({ method, path }) => method === 'GET' && !/^\/api\/|SHA256SUMS$|\.sha256$/.test(path)),
    serve: (repo) => void repos.set(repo.repo, repo),
    fault: null,
  };

  function take(name: SeenRequest['server'], request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    const seen = { server: name, method, path: url, headers };
    requests.push(seen);
    if (server.fault?.(seen, response) === true) return;
    const path = decodeURIComponent(url.split('?')[0] ?? '');
    const exchange = { request, response, path };
    if (name === 'cdn') serveCdn(repos, exchange);
    else serveHub(repos, server.cdn, exchange);
  }
  return server;
}

type ContentRequest = Pick<IncomingMessage, 'method' | 'headers'>;

/** One request to the hub or its CDN. */
interface HubExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** decoded, without the query */
  readonly path: string;
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

export function gitSha1(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

/** Responds to a GET or HEAD with content, including ranges and `If-Range`. */
export function sendContent(request: ContentRequest, response: ServerResponse, content: Buffer): void {
  sendWithHeaders({ request, response }, content, {});
}

/** Like `sendContent`, with additional headers. */
export function sendWithHeaders(
  { request, response }: Pick<HubExchange, 'response'> & { readonly request: ContentRequest },
  content: Buffer,
  headers: Readonly<Record<string, string>>,
): void {
  const etag = `"${sha256(content).slice(0, 32)}"`;
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const current = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const common = { etag, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream', ...headers };
  if (range === null || !current) {
    response.writeHead(200, { ...common, 'content-length': content.length });
    response.end(request.method === 'HEAD' ? undefined : content);
    return;
  }
  const from = Number(range[1]);
  const to = range[2] === '' ? content.length - 1 : Math.min(content.length - 1, Number(range[2]));
  if (from >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const part = content.subarray(from, to + 1);
  const contentRange = `bytes ${from}-${to}/${content.length}`;
  response.writeHead(206, { ...common, 'content-length': part.length, 'content-range': contentRange });
  response.end(request.method === 'HEAD' ? undefined : part);
}

function serveCdn(repos: ReadonlyMap<string, ServedRepo>, { path, request, response }: HubExchange): void {
  const hex = path.slice(1);
  const files = [...repos.values()].flatMap((repo) => repo.files);
  const file = files.find(({ content }) => sha256(content) === hex);
  if (file === undefined) response.writeHead(404).end();
  else sendContent(request, response, file.content);
}

function serveHub(repos: ReadonlyMap<string, ServedRepo>, cdn: string, exchange: HubExchange): void {
  const { path, response } = exchange;
  const api = /^\/api\/models\/([^/]+\/[^/]+)\/(revision|tree)\/(.+)$/.exec(path);
  const resolve = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path);
  const repo = repos.get(api?.[1] ?? resolve?.[1] ?? '');
  if (repo === undefined) refuse(response, 404, 'RepoNotFound');
  else if (api !== null) serveApi(repo, [api[2] ?? '', api[3] ?? ''], response);
  else serveFile(repo, cdn, { ...exchange, path: resolve?.[3] ?? '' });
}

function serveFile(repo: ServedRepo, cdn: string, { path, request, response }: HubExchange): void {
  const file = repo.files.find((candidate) => candidate.path === path);
  if (file === undefined) {
    refuse(response, 404, 'EntryNotFound');
    return;
  }
  const headers = { 'x-repo-commit': repo.commit };
  if (!file.lfs) {
    const etag = `"${gitSha1(file.content)}"`;
    sendWithHeaders({ request, response }, file.content, { ...headers, etag });
    return;
  }
  response.writeHead(302, {
    ...headers,
    location: `${cdn}/${sha256(file.content)}`,
    'x-linked-etag': `"${sha256(file.content)}"`,
    'x-linked-size': String(file.content.length),
    etag: `"${sha256(file.content)}"`,
    'content-length': '0',
  });
  response.end();
}

function serveApi(
  repo: ServedRepo,
  [kind, revision]: readonly [string, string],
  response: ServerResponse,
): void {
  if (revision !== 'main' && revision !== repo.commit) {
    refuse(response, 404, 'RevisionNotFound');
    return;
  }
  const answer =
    kind === 'revision'
      ? {
          id: repo.repo,
          modelId: repo.repo,
          sha: repo.commit,
          private: false,
          gated: false,
          siblings: [],
          tags: [],
          downloads: 0,
          likes: 0,
        }
      : repo.files.map(treeEntry);
  response.writeHead(200, { 'content-type': 'application/json', 'x-repo-commit': repo.commit });
  response.end(JSON.stringify(answer));
}

function treeEntry({ path, content, lfs }: ServedRepo['files'][number]): Record<string, unknown> {
  const size = content.length;
  if (!lfs) return { type: 'file', path, size, oid: gitSha1(content) };
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(content)}\nsize ${size}\n`;
  const oid = gitSha1(Buffer.from(pointer));
  return { type: 'file', path, size, oid, lfs: { oid: sha256(content), size, pointerSize: pointer.length } };
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, {
    'x-error-code': code,
    'x-error-message': code,
    'content-type': 'application/json',
  });
  response.end(JSON.stringify({ error: code }));
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return (server.address() as AddressInfo).port;
}
