import type { Verdict } from './check-response.ts';
import type { Claim } from './claims.ts';

/** How a request for a range ended. `late`: other connections received the range meanwhile. */
export type Outcome =
  | (Exclude<Verdict, { kind: 'restart' }> & {
      /** requested by the server */
      readonly waitMs?: number;
      /** it was stopped because others are much faster */
      readonly isSlow?: boolean;
    })
  | { readonly kind: 'late' };

export type Retry = Extract<Outcome, { kind: 'retry' }>;

/** Why all connections of a file were closed. */
export type Over = { readonly fault: unknown } | { readonly retry: Retry };

/** What a response is written to. */
export interface Response {
  readonly claim: Claim;
  /** first byte after the requested range */
  readonly requested: number;
  /** the response is the whole file although a range was requested */
  readonly isWhole: boolean;
  /** called with the number of bytes that were written */
  readonly onBytes: (bytes: number) => void;
}
