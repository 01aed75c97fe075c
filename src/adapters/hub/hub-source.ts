import { backoffMs } from '../../core/backoff.ts';
import type { ModelRef } from '../../core/domain/model-ref.ts';
import type { PinnedFile, PinnedModel } from '../../core/domain/pinned-model.ts';
import { HUB_TOKEN_SECRET } from '../../core/domain/secret-names.ts';
import { withHostAlias } from '../../core/host-address.ts';
import type { Access, Dialog, Source, SourceReply, SourceRequest } from '../../core/source/source.ts';
import { SOURCES } from '../../core/source/sources.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpClient } from '../../ports/http-client.ts';
import type { FileLocation, ModelSource } from '../../ports/model-source.ts';
import { readSourceToken } from './hub-token.ts';

export interface HubParts {
  readonly http: HttpClient;
  readonly clock: Clock;
  /** in [0, 1) */
  readonly random: () => number;
  /** first pause before a request is repeated, ms (default 1000) */
  readonly pauseMs?: number;
}

export interface HubOptions extends HubParts {
  /** source → address of its server; others have the address of their variable, else their own */
  readonly endpoints?: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** returns the token for the Hugging Face hub when it is needed; null for anonymous access */
  readonly hubToken: () => string | null;
}

/** Returns all sources, each with its server. */
export function hubSources(options: HubOptions): readonly ModelSource[] {
  const { endpoints = {}, environment, hubToken, ...parts } = options;
  const endpointOf = (source: Source): string => {
    const named = source.endpoint === null ? '' : environment[source.endpoint.environment];
    return endpoints[source.id] ?? (named || source.endpoint?.fallback) ?? '';
  };
  const mirrors = SOURCES.flatMap((source) =>
    source.endpoint === null ? [] : [{ hub: source.endpoint.fallback, endpoint: endpointOf(source) }],
  );
  const hostAlias = environment['RMA_HOST_ALIAS'] || null;
  return SOURCES.map((source) => {
    const endpoint = endpointOf(source);
    const own = () => (source.token === null ? null : readSourceToken(source.token, environment));
    const token = source.token?.secret === HUB_TOKEN_SECRET ? hubToken : own;
    return new HubSource(source, { endpoint, token, hostAlias, mirrors }, parts);
  });
}

export interface HubServer {
  readonly endpoint: string;
  readonly token: () => string | null;
  /** in a container: the name of the machine that runs it, which replaces loopback in the addresses of models */
  readonly hostAlias?: string | null;
  /** where URLs of a hub are requested, for a source without a server of its own */
  readonly mirrors?: readonly Mirror[];
}

interface Mirror {
  /** address of the hub in URLs */
  readonly hub: string;
  readonly endpoint: string;
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
    this.#server = { ...server, endpoint: server.endpoint.replace(/\/+$/, '') };
    this.#parts = parts;
  }

  async resolve(ref: ModelRef, signal?: AbortSignal): Promise<PinnedModel> {
    const { endpoint } = this.#server;
    const token = this.#token();
    const access: Access = { endpoint, tokenSent: token !== null };
    return this.#hold(this.#source.resolve(ref, access), token, signal);
  }

  locate(model: PinnedModel, file: PinnedFile): FileLocation {
    const { endpoint } = this.#server;
    const url = this.#reachable(this.#source.locate(model, file, endpoint));
    const { token: source } = this.#source;
    if (source === null) return { url, authorization: null };
    return { url, ...this.#credentials(this.#token()), tokenWays: source.ways };
  }

  async #hold<T>(dialog: Dialog<T>, token: string | null, signal: AbortSignal | undefined): Promise<T> {
    let step = dialog.next();
    while (step.done !== true) step = dialog.next(await this.#send(step.value, token, signal));
    return step.value;
  }

  async #send(
    request: SourceRequest,
    token: string | null,
    signal: AbortSignal | undefined,
  ): Promise<SourceReply> {
    const { clock, random, http, pauseMs = 1000 } = this.#parts;
    const { until = 'body', attempt = 0, method = 'GET', ...rest } = request;
    if (attempt > 0) await clock.sleep(backoffMs(attempt, random(), { firstMs: pauseMs }), signal);
    const full = {
      ...rest,
      url: this.#reachable(rest.url),
      method,
      ...this.#credentials(token),
      ...(signal === undefined ? {} : { signal }),
    };
    if (until === 'body') return http.read(full);
    const { close, status, headers, hops } = await http.open(full);
    close();
    return { status, headers, hops, text: '' };
  }

  #reachable(url: string): string {
    const { hostAlias = null, mirrors = [] } = this.#server;
    const mirror =
      this.#source.endpoint === null ? mirrors.find(({ hub }) => url.startsWith(`${hub}/`)) : undefined;
    const asked =
      mirror === undefined ? url : mirror.endpoint.replace(/\/+$/, '') + url.slice(mirror.hub.length);
    return hostAlias === null ? asked : withHostAlias(asked, hostAlias).url;
  }

  #token(): string | null {
    return this.#source.token === null ? null : this.#server.token();
  }

  #credentials(token: string | null): Pick<FileLocation, 'authorization' | 'cookie'> {
    return token === null
      ? { authorization: null }
      : (this.#source.token?.headers(token) ?? { authorization: null });
  }
}
