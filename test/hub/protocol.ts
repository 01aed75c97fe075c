import type { Answer } from './answer.ts';
import type { Exchange } from './exchange.ts';
import type { FaultBoard } from './faults.ts';
import type { OllamaModel } from './ollama/models.ts';
import type { HubFile, Repo } from './repos.ts';
import type { RequestLog } from './request-log.ts';
import type { UrlSigner } from './url-signer.ts';

/** The state shared by all protocols of a hub. */
export interface HubState {
  readonly repos: ReadonlyMap<string, Repo>;
  /** Models of the Ollama registry by `namespace/name:tag`. */
  readonly ollama: ReadonlyMap<string, OllamaModel>;
  /** New name by old name of a repository. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Plain files under `/files/`, by path. */
  readonly files: ReadonlyMap<string, HubFile>;
  /** Files of other web servers, by their whole path. */
  readonly assets: ReadonlyMap<string, HubFile>;
  /** User name by token. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly faults: FaultBoard;
  readonly log: RequestLog;
  readonly signer: UrlSigner;
  /** Entries in one page of a listing. */
  readonly pageSize: number;
  /** Time before each response, ms. */
  readonly delayMs: number;
  /** The CDN as reachable for this client; never the origin of the hub. */
  readonly cdnOrigin: (exchange: Exchange) => string;
}

/** Responds to the request, or passes it to the next protocol. */
export type Protocol = (
  exchange: Exchange,
  hub: HubState,
) => Answer | undefined | Promise<Answer | undefined>;
