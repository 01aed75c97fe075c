import { COORDINATOR_SERVICE } from '../core/domain/registration.ts';
import { bearerToken } from '../core/network/bearer-token.ts';
import { type HttpResponse, refusal } from '../core/network/http-response.ts';
import { isOwnHost, type RequestTarget } from '../core/network/own-host.ts';
import { readerToken, sameToken, workerToken } from '../core/registration-token.ts';

/** Access control: worker tokens are derived from the coordinator's key; readers have their own token or need none. */
export interface Access {
  /** returns null if the token belongs to this worker, else the error response */
  worker(authorization: string | undefined, host: string, id: string): HttpResponse | null;
  /** returns null if the caller has read access, else the error response; without tokens, requests must name this host */
  reader(authorization: string | undefined, target: RequestTarget): HttpResponse | null;
  /** returns null if the request has any token, else the error response */
  anyone(authorization: string | undefined): HttpResponse | null;
}

/** Returns the access rules of one key. @param hosts further `Host` names under which open readers reach the coordinator */
export function createAccess(key: string, readers: 'open' | 'token', hosts: readonly string[] = []): Access {
  const names = [COORDINATOR_SERVICE, ...hosts];
  const check = (authorization: string | undefined, expected: string, whose: string): HttpResponse | null => {
    const token = bearerToken(authorization);
    if (token === null) return unauthorized();
    if (sameToken(token, expected)) return null;
    return refusal(403, 'RMA_COORDINATOR_FORBIDDEN', `token rejected: not ${whose}`);
  };
  return {
    worker: (authorization, host, id) =>
      check(authorization, workerToken(key, host, id), `the token of worker ${id} on host ${host}`),
    reader: (authorization, target) => {
      if (readers === 'token') return check(authorization, readerToken(key), 'a reader token');
      return isOwnHost(target, names) ? null : foreignHost(target);
    },
    anyone: (authorization) => (bearerToken(authorization) === null ? unauthorized() : null),
  };
}

function unauthorized(): HttpResponse {
  const answer = refusal(
    401,
    'RMA_COORDINATOR_UNAUTHORIZED',
    'missing header "Authorization: Bearer <token>"',
  );
  return { ...answer, headers: { 'www-authenticate': 'Bearer' } };
}

function foreignHost({ hosts }: RequestTarget): HttpResponse {
  const message = `Host ${JSON.stringify(hosts.join(', '))} is not a name of this coordinator: use localhost or its address`;
  return refusal(403, 'RMA_COORDINATOR_HOST', message);
}
