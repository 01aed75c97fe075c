/** What the cache is for. */
export interface CacheLoad {
  /** tokens of each request */
  readonly context: number;
  /** concurrent requests, each with the full context */
  readonly concurrency: number;
}

/** Bytes per element: 16 bits. */
export const CACHE_ELEMENT = 2;
