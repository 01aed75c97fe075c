import * as z from 'zod/mini';
import { EXIT, RmaError } from '../errors.ts';
import { jsonOrNull } from '../schema/parse.ts';

const accepted = z.object({ leaseSeconds: z.number().check(z.positive()) });
const refused = z.object({ error: z.object({ message: z.string() }) });

/** A parsed response of a coordinator to a registration or heartbeat. */
export type CoordinatorAnswer =
  | { readonly kind: 'accepted'; readonly leaseSeconds: number | null }
  /** the worker is not registered: register again */
  | { readonly kind: 'unknown' }
  /** retry later */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** a retry does not help */
  | { readonly kind: 'refused'; readonly error: RmaError };

export interface CoordinatorReply {
  /** method of the request */
  readonly method: 'POST' | 'PUT';
  /** URL of the coordinator */
  readonly url: string;
  readonly status: number;
  readonly body: string;
}

/** Parses a coordinator's reply according to `docs/registration.md`. */
export function coordinatorAnswer({ method, url, status, body }: CoordinatorReply): CoordinatorAnswer {
  if (status >= 200 && status < 300) return { kind: 'accepted', leaseSeconds: leaseSeconds(body) };
  if (status === 404 && method === 'PUT') return { kind: 'unknown' };
  if (status === 401 || status === 403) return { kind: 'refused', error: denied(url, status) };
  if (isMisfit(status)) return { kind: 'refused', error: misfit(url, status, body) };
  return { kind: 'unavailable', reason: `coordinator ${url} returned ${status}` };
}

// 404 for a POST is temporary: a proxy returns it while the coordinator behind it starts.
function isMisfit(status: number): boolean {
  return [400, 405, 413, 415, 422].includes(status) || (status >= 300 && status < 400);
}

function leaseSeconds(body: string): number | null {
  return jsonOrNull(accepted, body)?.leaseSeconds ?? null;
}

function denied(url: string, status: number): RmaError {
  return new RmaError(
    'RMA_COORDINATOR_DENIED',
    `coordinator ${url} rejected the token of this worker (HTTP ${status})`,
    {
      exitCode: EXIT.denied,
      hint: 'check the file in COORDINATOR_TOKEN_FILE, then restart the worker (rma up renews the tokens)',
    },
  );
}

function misfit(url: string, status: number, body: string): RmaError {
  const detail = errorMessage(body);
  const suffix = detail === null ? '' : `: ${detail}`;
  return new RmaError(
    'RMA_COORDINATOR_REFUSED',
    `unexpected response from coordinator ${url} (HTTP ${status})${suffix}`,
    {
      hint: 'check that COORDINATOR_URL is the URL of a coordinator (see docs/registration.md)',
    },
  );
}

function errorMessage(body: string): string | null {
  return jsonOrNull(refused, body)?.error.message.slice(0, 300) ?? null;
}
