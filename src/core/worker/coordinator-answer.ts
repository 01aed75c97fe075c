import * as z from 'zod/mini';
import { EXIT, RmaError } from '../errors.ts';
import { jsonOrNull } from '../schema/parse.ts';

const accepted = z.object({ leaseSeconds: z.number().check(z.positive()) });
const refused = z.object({ error: z.object({ message: z.string() }) });

/** What a coordinator's answer to a registration or heartbeat means to the worker. */
export type CoordinatorAnswer =
  | { readonly kind: 'accepted'; readonly leaseSeconds: number | null }
  /** the heartbeat's worker is not known: register again */
  | { readonly kind: 'unknown' }
  /** try again later */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** trying again cannot help */
  | { readonly kind: 'refused'; readonly error: RmaError };

export interface CoordinatorReply {
  /** of the request */
  readonly method: 'POST' | 'PUT';
  /** of the coordinator */
  readonly url: string;
  readonly status: number;
  readonly body: string;
}

/** Returns the meaning of a coordinator's reply, by the contract in `docs/registration.md`. */
export function coordinatorAnswer({ method, url, status, body }: CoordinatorReply): CoordinatorAnswer {
  if (status >= 200 && status < 300) return { kind: 'accepted', leaseSeconds: leaseSeconds(body) };
  if (status === 404 && method === 'PUT') return { kind: 'unknown' };
  if (status === 401 || status === 403) return { kind: 'refused', error: denied(url, status) };
  if (isMisfit(status)) return { kind: 'refused', error: misfit(url, status, body) };
  return { kind: 'unavailable', reason: `coordinator ${url} answered ${status}` };
}

// 404 to a POST is not among them: a proxy says it while the coordinator behind it starts.
function isMisfit(status: number): boolean {
  return [400, 405, 413, 415, 422].includes(status) || (status >= 300 && status < 400);
}

function leaseSeconds(body: string): number | null {
  return jsonOrNull(accepted, body)?.leaseSeconds ?? null;
}

function denied(url: string, status: number): RmaError {
  return new RmaError(
    'RMA_COORDINATOR_DENIED',
    `coordinator ${url} refused this worker's token (${status})`,
    {
      exitCode: EXIT.denied,
      hint: 'check the file that COORDINATOR_TOKEN_FILE names, then restart the worker (rma up renews the tokens)',
    },
  );
}

function misfit(url: string, status: number, body: string): RmaError {
  const detail = errorMessage(body);
  const said = detail === null ? '' : `: ${detail}`;
  return new RmaError('RMA_COORDINATOR_REFUSED', `coordinator ${url} answered ${status}${said}`, {
    hint: 'check that COORDINATOR_URL is the address of a coordinator as docs/registration.md describes it',
  });
}

function errorMessage(body: string): string | null {
  return jsonOrNull(refused, body)?.error.message.slice(0, 300) ?? null;
}
