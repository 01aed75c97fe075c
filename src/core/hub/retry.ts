/** Longest wait that a server can request, milliseconds. */
const MAX_WAIT_MS = 120_000;
/** Numbers from here on are points in time in seconds since 1970, from a thousand times as much on in milliseconds. */
const EPOCH_SECONDS = 1e9;

type Headers = Readonly<Record<string, string>>;

/**
 * Returns the wait that a response requests, in milliseconds, at most two minutes; null if it requests none. `now` is
 * wall-clock time in ms. Read in this order: `Retry-After` (RFC 9110 10.2.3: seconds or a date), `RateLimit`
 * (draft-ietf-httpapi-ratelimit-headers: `"api";r=0;t=14`, before version 8 `limit=100, remaining=0, reset=14`), then
 * `RateLimit-Reset` and `X-RateLimit-Reset` (seconds, or the time of the reset).
 */
export function requestedWaitMs(headers: Headers, now: number): number | null {
  const waits = [
    retryAfterMs(headers['retry-after'], now),
    rateLimitMs(headers['ratelimit']),
    resetMs(headers['ratelimit-reset'], now),
    resetMs(headers['x-ratelimit-reset'], now),
  ];
  const ms = waits.find((wait) => wait !== null);
  return ms === undefined || ms === null ? null : Math.min(MAX_WAIT_MS, Math.max(0, ms));
}

function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  // `Date.parse` also accepts texts without the name of a month, which are not dates
  return secondsMs(header) ?? (/[a-z]{3}/i.test(header) ? finite(Date.parse(header) - now) : null);
}

/** Returns the longest wait of the limits that are used up: only those reject requests. */
function rateLimitMs(header: string | undefined): number | null {
  const limits = (header ?? '').split(/,(?=\s*")/).map(parametersOf);
  const waits = limits.flatMap((limit) => {
    const remaining = limit.get('r') ?? limit.get('remaining') ?? '0';
    const ms = secondsMs(limit.get('t') ?? limit.get('reset') ?? '');
    return Number(remaining) > 0 || ms === null ? [] : [ms];
  });
  return waits.length === 0 ? null : Math.max(...waits);
}

/** Returns the parameters of one limit: `key=value`, separated by `;` or `,`. */
function parametersOf(limit: string): ReadonlyMap<string, string> {
  const pairs = limit.matchAll(/(?:^|[;,])\s*([a-z]+)\s*=\s*([^;,\s]+)/gi);
  return new Map([...pairs].map(([, key = '', value = '']) => [key.toLowerCase(), value]));
}

function resetMs(header: string | undefined, now: number): number | null {
  const ms = header === undefined ? null : secondsMs(header);
  if (ms === null || ms < EPOCH_SECONDS * 1000) return ms;
  return (ms < EPOCH_SECONDS * 1e6 ? ms : ms / 1000) - now;
}

function secondsMs(text: string): number | null {
  return /^\s*\d+(\.\d+)?\s*$/.test(text) ? finite(Number(text) * 1000) : null;
}

function finite(ms: number): number | null {
  return Number.isFinite(ms) ? ms : null;
}

/** Returns true for a status after which the same request can succeed later. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}
