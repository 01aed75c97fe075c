import { admin } from './admin.ts';
import { assetFiles, directFiles } from './direct-files.ts';
import { FaultBoard } from './faults.ts';
import { huggingFaceApi } from './huggingface/api.ts';
import { huggingFaceCdn } from './huggingface/cdn.ts';
import { huggingFaceResolve, huggingFaceResolveCache } from './huggingface/resolve.ts';
import { listen } from './listen.ts';
import { modelScopeApi } from './modelscope/api.ts';
import { ollamaCdn } from './ollama/cdn.ts';
import { buildOllamaModel, type OllamaModel, type OllamaModelSpec } from './ollama/models.ts';
import { ollamaRegistry } from './ollama/registry.ts';
import type { HubState, Protocol } from './protocol.ts';
import {
  buildCommit,
  buildRepo,
  type Commit,
  type FileSpecs,
  findCommit,
  type Repo,
  type RepoSpec,
} from './repos.ts';
import { type LoggedRequest, RequestLog } from './request-log.ts';
import { responseFaults } from './response-faults.ts';
import { serve } from './serve.ts';
import { UrlSigner } from './url-signer.ts';

export interface HubOptions {
  /** Repositories by `org/name`. */
  readonly repos?: Readonly<Record<string, RepoSpec>>;
  /** Models of an Ollama registry by `namespace/name:tag`. */
  readonly ollama?: Readonly<Record<string, OllamaModelSpec>>;
  /** Plain files under `/files/`, on both ports. */
  readonly files?: FileSpecs;
  /** Files of other web servers by their whole path, for references to fixed addresses. */
  readonly assets?: FileSpecs;
  /** User name by token. */
  readonly tokens?: Readonly<Record<string, string>>;
  /** New repository name by old name. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Entries in one page of a listing; default 1000. */
  readonly pageSize?: number;
  /** Time before each response, as on a line with that latency, ms; default 0. */
  readonly delayMs?: number;
  /** Addresses to listen on; default 127.0.0.1. */
  readonly hosts?: readonly string[];
  /** Default 0: a free port. */
  readonly port?: number;
  readonly cdnPort?: number;
  /** Origin of another server that has the content of the CDN; default: this hub's own. */
  readonly contentOrigin?: string;
  /** Called after each response. */
  readonly onRequest?: (request: LoggedRequest) => void;
}

/** A running test hub. */
export interface Hub {
  readonly endpoint: string;
  /** Another origin than the endpoint; redirects use another host name. */
  readonly cdnEndpoint: string;
  readonly port: number;
  readonly cdnPort: number;
  readonly log: RequestLog;
  readonly faults: FaultBoard;
  /** Adds a repository or moves its branches; earlier commits stay reachable. */
  readonly publish: (name: string, spec: RepoSpec) => void;
  /** Adds a model to the Ollama registry or moves its tag; earlier blobs stay reachable. */
  readonly publishOllama: (name: string, spec: OllamaModelSpec) => OllamaModel;
  /** Returns the commit of a branch or tag. Throws if it does not exist. */
  readonly commit: (name: string, revision?: string) => Commit;
  /** Closes all connections and ports. */
  readonly close: () => Promise<void>;
}

const API_PROTOCOLS: readonly Protocol[] = [
  admin,
  responseFaults,
  assetFiles,
  ollamaRegistry,
  huggingFaceResolveCache,
  huggingFaceApi,
  huggingFaceResolve,
  modelScopeApi,
  directFiles,
];
const CDN_PROTOCOLS: readonly Protocol[] = [responseFaults, ollamaCdn, huggingFaceCdn, directFiles];

/** Starts a hub on two ports, one for the API and one for its CDN. Throws the listen error of a port in use. */
export async function startHub(options: HubOptions = {}): Promise<Hub> {
  const { hosts = ['127.0.0.1'], port = 0, cdnPort = 0 } = options;
  const repos = new Map<string, Repo>();
  const publish = (name: string, spec: RepoSpec): void => {
    repos.set(name, buildRepo(name, spec, repos.get(name)));
  };
  for (const [name, spec] of Object.entries(options.repos ?? {})) publish(name, spec);
  const ollama = new Map<string, OllamaModel>();
  const publishOllama = (name: string, spec: OllamaModelSpec): OllamaModel => {
    const model = buildOllamaModel(spec, ollama.get(name));
    ollama.set(name, model);
    return model;
  };
  for (const [name, spec] of Object.entries(options.ollama ?? {})) publishOllama(name, spec);
  let cdnListensOn = cdnPort;
  const state: HubState = {
    repos,
    ollama,
    renamed: new Map(Object.entries(options.renamed ?? {})),
    files: buildCommit('files', options.files ?? {}).files,
    assets: buildCommit('assets', options.assets ?? {}).files,
    tokens: new Map(Object.entries(options.tokens ?? {})),
    faults: new FaultBoard(),
    log: new RequestLog(options.onRequest),
    signer: new UrlSigner(),
    pageSize: options.pageSize ?? 1000,
    delayMs: options.delayMs ?? 0,
    cdnOrigin: ({ origin }) =>
      options.contentOrigin ?? `http://${otherHostName(new URL(origin).hostname)}:${cdnListensOn}`,
  };
  const cdn = await listen(hosts, cdnPort, serve(CDN_PROTOCOLS, 'cdn', state));
  cdnListensOn = cdn.port;
  const api = await listen(hosts, port, serve(API_PROTOCOLS, 'api', state)).catch(async (error: unknown) => {
    await cdn.close();
    throw error;
  });
  const [host = '127.0.0.1'] = hosts;
  return {
    endpoint: `http://${host}:${api.port}`,
    cdnEndpoint: `http://${otherHostName(host)}:${cdn.port}`,
    port: api.port,
    cdnPort: cdn.port,
    log: state.log,
    faults: state.faults,
    publish,
    publishOllama,
    commit: (name, revision = 'main') => commitOf(repos, name, revision),
    close: async () => {
      await Promise.all([api.close(), cdn.close()]);
    },
  };
}

function commitOf(repos: ReadonlyMap<string, Repo>, name: string, revision: string): Commit {
  const repo = repos.get(name);
  const commit = repo && findCommit(repo, revision);
  if (commit === undefined) throw new Error(`the hub has no ${name} at ${revision}`);
  return commit;
}

// Old clients distinguish origins only by host name.
function otherHostName(host: string): string {
  if (host === '127.0.0.1') return 'localhost';
  return host === 'localhost' ? '127.0.0.1' : host;
}
