import { readerToken, sameToken, workerToken } from '../core/registration-token.ts';
import { type HttpAnswer, refusal } from './http-answer.ts';

/** Access control: worker tokens are derived from the coordinator's key; readers have their own token or need none. */
export interface Access {
  /** returns null if the token belongs to this worker, else the error response */
  worker(authorization: string | undefined, host: string, id: string): HttpAnswer | null;
  /** returns null if the caller has read access, else the error response */
  reader(authorization: string | undefined): HttpAnswer | null;
  /** returns null if the request has any token, else the error response */
  anyone(authorization: string | undefined): HttpAnswer | null;
}

export function createAccess(key: string, readers: 'open' | 'token'): Access {
  const check = (authorization: string | undefined, expected: string, whose: string): HttpAnswer | null => {
    const token = bearer(authorization);
    if (token === null) return unauthorized();
    if (sameToken(token, expected)) return null;
    return refusal(403, 'RMA_COORDINATOR_FORBIDDEN', `token rejected: not ${whose}`);
  };
  return {
    worker: (authorization, host, id) =>
      check(authorization, workerToken(key, host, id), `the token of worker ${id} on host ${host}`),
    reader: (authorization) =>
      readers === 'open' ? null : check(authorization, readerToken(key), 'a reader token'),
    anyone: (authorization) => (bearer(authorization) === null ? unauthorized() : null),
  };
}

function bearer(authorization: string | undefined): string | null {
  return /^Bearer +([\w.~+/=-]{1,512})$/i.exec(authorization ?? '')?.[1] ?? null;
}

function unauthorized(): HttpAnswer {
  const answer = refusal(
    401,
    'RMA_COORDINATOR_UNAUTHORIZED',
    'missing header "Authorization: Bearer <token>"',
  );
  return { ...answer, headers: { 'www-authenticate': 'Bearer' } };
}
