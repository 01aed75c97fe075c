import { backoffMs } from '../../core/backoff.ts';
import { hubOrder } from '../../core/config/hub-order.ts';
import type { ModelRef } from '../../core/domain/model-ref.ts';
import type { PinnedFile, PinnedModel } from '../../core/domain/pinned-model.ts';
import { HUB_TOKEN_SECRET } from '../../core/domain/secret-names.ts';
import { withHostAlias } from '../../core/host-address.ts';
import { endpointList, tokenOwner } from '../../core/hub/endpoint-list.ts';
import { fallThrough } from '../../core/hub/fall-through.ts';
import { parseModelRef } from '../../core/source/parse-ref.ts';
import type { Access, Dialog, Source, SourceReply, SourceRequest } from '../../core/source/source.ts';
import { SOURCES } from '../../core/source/sources.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpClient } from '../../ports/http-client.ts';
import type { FileLocation, ModelSource } from '../../ports/model-source.ts';
import { Endpoints } from './endpoints.ts';
import { readSourceToken } from './hub-token.ts';
import { readBytes, readOnce } from './read-once.ts';
import { type Mirror, urlIn, type View, viewsOf } from './views.ts';

export interface HubParts {
  readonly http: HttpClient;
  readonly clock: Clock;
  /** in [0, 1) */
  readonly random: () => number;
  /** first pause before a request is repeated, ms (default 1000) */
  readonly pauseMs?: number;
}

export interface HubOptions extends HubParts {
  /** source → addresses of its server, in order of preference, separated by commas; others have the address of their variable, else their own */
  readonly endpoints?: Readonly<Record<string, string>>;
  /** ids of the sources whose repositories of the same name files are requested from, in order; default: `hubOrder` of the environment */
  readonly order?: readonly string[] | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** returns the token for the Hugging Face hub when it is needed; null for anonymous access */
  readonly hubToken: () => string | null;
}

/** Returns all sources, each with its server. */
export function hubSources(options: HubOptions): readonly ModelSource[] {
  const { endpoints = {}, environment, hubToken, order = hubOrder(environment), ...parts } = options;
  const servers = new Map<string, Endpoints>();
  const serverOf = (source: Source): Endpoints => {
    const id = source.variantOf ?? source.id;
    const named = source.endpoint === null ? '' : environment[source.endpoint.environment];
    const text = endpoints[id] ?? (named || source.endpoint?.fallback) ?? '';
    const known = servers.get(id) ?? new Endpoints(endpointList(text));
    servers.set(id, known);
    return known;
  };
  const mirrors = SOURCES.flatMap((source) =>
    [source.endpoint?.fallback ?? [], source.endpoint?.aliases ?? []]
      .flat()
      .map((hub) => ({ hub, endpoints: serverOf(source) })),
  );
  const hostAlias = environment['RMA_HOST_ALIAS'] || null;
  const hubs = new Map<string, HubSource>();
  return SOURCES.map((source) => {
    const own = () => (source.token === null ? null : readSourceToken(source.token, environment));
    const token = source.token?.secret === HUB_TOKEN_SECRET ? hubToken : own;
    const copies = { order, hubs };
    const hub = new HubSource(
      source,
      { endpoints: serverOf(source), token, hostAlias, mirrors, copies },
      parts,
    );
    hubs.set(source.id, hub);
    return hub;
  });
}

export interface HubServer {
  readonly endpoints: Endpoints;
  readonly token: () => string | null;
  /** in a container: the name of the machine that runs it, which replaces loopback in the addresses of models */
  readonly hostAlias?: string | null;
  /** where URLs of a hub are requested, unless they are at the source's own server */
  readonly mirrors?: readonly Mirror[];
  /** the sources that files of the same name are requested from, in order */
  readonly copies?: { readonly order: readonly string[]; readonly hubs: ReadonlyMap<string, HubSource> };
}

/** A source and its server: sends what the source's dialogs ask. */
export class HubSource implements ModelSource {
  readonly source: string;
  readonly #source: Source;
  readonly #server: HubServer;
  readonly #parts: HubParts;

  constructor(source: Source, server: HubServer, parts: HubParts) {
    this.source = source.id;
    this.#source = source;
    this.#server = server;
    this.#parts = parts;
  }

  async resolve(ref: ModelRef, signal?: AbortSignal): Promise<PinnedModel> {
    const requested = new Set<string>();
    const views = this.#views().filter((view) => {
      const first = this.#source.resolve(ref, { endpoint: view.endpoint, tokenSent: false }).next();
      const url = first.done === true ? '' : this.#reachable(first.value.url, view);
      return requested.size < requested.add(url).size;
    });
    const attempt = async (view: View) => {
      const tokenSent = [this, ...this.#others()].some((hub) => hub.#token(view) !== null);
      const access: Access = { endpoint: view.endpoint, tokenSent };
      return this.#hold(this.#source.resolve(ref, access), { view, signal });
    };
    return fallThrough(views, attempt, ({ endpoint, mirrored }) => {
      signal?.throwIfAborted();
      for (const each of [endpoint, ...mirrored.values()]) this.#failed(`${each}/`);
    });
  }

  locate(model: PinnedModel, file: PinnedFile): FileLocation {
    return this.#own(model, file)[0] as FileLocation;
  }

  locations(model: PinnedModel, file: PinnedFile): readonly FileLocation[] {
    const own = this.#own(model, file);
    const none = { order: [], hubs: new Map<string, HubSource>() };
    // a list of the model itself replaces the setting
    const { order, hubs } = model.sources === undefined ? (this.#server.copies ?? none) : none;
    const { repo } = model;
    // without a hash, it may be another file
    if (file.digest === null || typeof repo !== 'string' || order.length === 0) return own;
    const main = this.#source.variantOf ?? this.#source.id;
    const ids = order.includes(main) ? order : [...order, main];
    return ids.flatMap((id) =>
      id === main ? own : (hubs.get(id)?.copies(parseModelRef(`${id}:${repo}`), file) ?? []),
    );
  }

  copies(ref: ModelRef, { path }: PinnedFile): readonly FileLocation[] {
    const found = this.#at(({ endpoint }) => this.#source.copy?.(ref, path, endpoint) ?? null);
    return found.map((location) => ({ ...location, copy: true }));
  }

  #own(model: PinnedModel, file: PinnedFile): readonly FileLocation[] {
    const found = this.#at(({ endpoint }) => this.#source.locate(model, file, endpoint));
    const archived = this.#source.archived?.(model, file) ?? null;
    return archived === null ? found : found.map((location) => ({ ...location, archived }));
  }

  /** Returns the location of a URL at each address that requests may go to. */
  #at(urlAt: (view: View) => string | null): readonly FileLocation[] {
    const found = new Map<string, FileLocation>();
    for (const view of this.#views()) {
      const named = urlAt(view);
      if (named === null) continue;
      const url = this.#reachable(named, view);
      const hub = this.#hubOf(named);
      const ways = hub.#source.token?.ways;
      const location = { url, ...hub.#credentials(view), ...(ways !== undefined && { tokenWays: ways }) };
      if (!found.has(url)) found.set(url, location);
    }
    return [...found.values()];
  }

  unreachable({ url }: FileLocation): void {
    this.#failed(url);
  }

  #failed(url: string): void {
    for (const endpoints of [this.#server.endpoints, ...this.#mirrors().map((mirror) => mirror.endpoints)])
      endpoints.failed(url);
  }

  #views(): readonly View[] {
    return viewsOf(this.#server.endpoints, this.#mirrors());
  }

  async #hold<T>(dialog: Dialog<T>, conversation: Conversation): Promise<T> {
    let step = dialog.next();
    while (step.done !== true) step = dialog.next(await this.#send(step.value, conversation));
    return step.value;
  }

  async #send(request: SourceRequest, { view, signal }: Conversation): Promise<SourceReply> {
    const { clock, random, http, pauseMs = 1000 } = this.#parts;
    const { until = 'body', attempt = 0, method = 'GET', once = false, ...rest } = request;
    if (attempt > 0) await clock.sleep(backoffMs(attempt, random(), { firstMs: pauseMs }), signal);
    const full = {
      ...rest,
      url: this.#reachable(rest.url, view),
      method,
      ...this.#hubOf(rest.url).#credentials(view),
      ...(signal === undefined ? {} : { signal }),
    };
    if (once) return readOnce(http, full);
    if (until === 'body') return http.read(full);
    if (until === 'bytes') return readBytes(http, full);
    const { close, status, headers, hops } = await http.open(full);
    close();
    return { status, headers, hops, text: '' };
  }

  #reachable(url: string, view: View): string {
    const { hostAlias = null } = this.#server;
    const target = urlIn(view, url);
    return hostAlias === null ? target : withHostAlias(target, hostAlias).url;
  }

  #mirrors(): readonly Mirror[] {
    return this.#server.mirrors ?? [];
  }

  /** Returns the other hubs that content of the source comes from. */
  #others(): readonly HubSource[] {
    const { hubs } = this.#server.copies ?? { hubs: new Map<string, HubSource>() };
    return (this.#source.servers ?? []).flatMap((id) => hubs.get(id) ?? []);
  }

  /** Returns the hub that a URL belongs to: another one of the source, else its own. */
  #hubOf(url: string): HubSource {
    return this.#others().find((hub) => url.startsWith(`${hub.#source.endpoint?.fallback}/`)) ?? this;
  }

  /** Returns the token if the address of the hub is the one that it belongs to. */
  #token({ endpoint, mirrored }: View): string | null {
    const { token, endpoint: hub } = this.#source;
    if (token === null || hub === null) return null;
    const { all } = this.#server.endpoints;
    // in a view of another source, its own address is that of a mirror
    const address = all.includes(endpoint) ? endpoint : mirrored.get(hub.fallback);
    return tokenOwner(all, hub.fallback) === address ? this.#server.token() : null;
  }

  #credentials(view: View): Pick<FileLocation, 'authorization' | 'cookie'> {
    const token = this.#token(view);
    return token === null
      ? { authorization: null }
      : (this.#source.token?.headers(token) ?? { authorization: null });
  }
}

/** What the requests of a dialog have in common. */
interface Conversation {
  readonly view: View;
  readonly signal: AbortSignal | undefined;
}
