import type { Answer } from './answer.ts';
import type { Exchange } from './exchange.ts';
import type { FaultBoard } from './faults.ts';
import type { OllamaModel } from './ollama/models.ts';
import type { HubFile, Repo } from './repos.ts';
import type { RequestLog } from './request-log.ts';
import type { UrlSigner } from './url-signer.ts';

/** What all protocols of one hub share. */
export interface HubState {
  readonly repos: ReadonlyMap<string, Repo>;
  /** Models of the Ollama registry by `namespace/name:tag`. */
  readonly ollama: ReadonlyMap<string, OllamaModel>;
  /** New name by old name of a repository. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Plain files under `/files/`, by path. */
  readonly files: ReadonlyMap<string, HubFile>;
  /** User name by token. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly faults: FaultBoard;
  readonly log: RequestLog;
  readonly signer: UrlSigner;
  /** Entries in one page of a listing. */
  readonly pageSize: number;
  /** The CDN as this client can reach it; never the hub's own origin. */
  readonly cdnOrigin: (exchange: Exchange) => string;
}

/** Answers the request, or leaves it to the next protocol. */
export type Protocol = (
  exchange: Exchange,
  hub: HubState,
) => Answer | undefined | Promise<Answer | undefined>;
