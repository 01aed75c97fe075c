import { readerToken, sameToken, workerToken } from '../core/registration-token.ts';
import { type HttpAnswer, refusal } from './http-answer.ts';

/** Who may do what: worker tokens derive from the coordinator's key, readers have one of their own or need none. */
export interface Access {
  /** null when the token is this worker's own, else the refusal */
  worker(authorization: string | undefined, host: string, id: string): HttpAnswer | null;
  /** null when the caller may read, else the refusal */
  reader(authorization: string | undefined): HttpAnswer | null;
  /** null when some token came along, else the refusal */
  anyone(authorization: string | undefined): HttpAnswer | null;
}

export function createAccess(key: string, readers: 'open' | 'token'): Access {
  const check = (authorization: string | undefined, expected: string, whose: string): HttpAnswer | null => {
    const token = bearer(authorization);
    if (token === null) return unauthorized();
    if (sameToken(token, expected)) return null;
    return refusal(403, 'RMA_COORDINATOR_FORBIDDEN', `this token is not ${whose}`);
  };
  return {
    worker: (authorization, host, id) =>
      check(authorization, workerToken(key, host, id), `the token of worker ${id} on host ${host}`),
    reader: (authorization) =>
      readers === 'open' ? null : check(authorization, readerToken(key), 'a token for readers'),
    anyone: (authorization) => (bearer(authorization) === null ? unauthorized() : null),
  };
}

function bearer(authorization: string | undefined): string | null {
  return /^Bearer +([\w.~+/=-]{1,512})$/i.exec(authorization ?? '')?.[1] ?? null;
}

function unauthorized(): HttpAnswer {
  const answer = refusal(401, 'RMA_COORDINATOR_UNAUTHORIZED', 'send "Authorization: Bearer <token>"');
  return { ...answer, headers: { 'www-authenticate': 'Bearer' } };
}
