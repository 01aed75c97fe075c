import { readFileSync } from 'node:fs';
import { networkReason, sendRequest } from '../adapters/engine/http-request.ts';
import { withDeadline } from '../adapters/engine/with-deadline.ts';
import type { Registration } from '../core/domain/registration.ts';
import { EXIT, RmaError } from '../core/errors.ts';
import { type CoordinatorAnswer, coordinatorAnswer } from '../core/worker/coordinator-answer.ts';
import type { Clock } from '../ports/clock.ts';

export interface CoordinatorClient {
  register(registration: Registration, signal: AbortSignal): Promise<CoordinatorAnswer>;
  heartbeat(registration: Registration, signal: AbortSignal): Promise<CoordinatorAnswer>;
  /** removes the worker; a coordinator that does not respond removes it when the lease expires */
  leave(id: string, signal: AbortSignal): Promise<void>;
}

export interface CoordinatorTarget {
  readonly url: string;
  /** null: requests carry no token */
  readonly tokenFile: string | null;
}

/** Returns a client for docs/registration.md. The token file is read for every request, so a new token needs no restart. */
export function createCoordinatorClient(
  target: CoordinatorTarget,
  clock: Clock,
  deadlineMs: number,
): CoordinatorClient {
  const base = target.url.replace(/\/+$/, '');
  const send = ({ method, path, body }: Message, outer: AbortSignal) =>
    withDeadline({ clock, ms: deadlineMs, signal: outer }, (signal) => {
      const request = { method, url: base + path, signal, ...authorization(target.tokenFile) };
      return sendRequest(body === undefined ? request : { ...request, body, headers: identity(body) });
    });
  const report = async (
    message: Message & { readonly method: 'POST' | 'PUT' },
    signal: AbortSignal,
  ): Promise<CoordinatorAnswer> => {
    try {
      const reply = await send(message, signal);
      return coordinatorAnswer({ ...reply, method: message.method, url: base });
    } catch (error) {
      if (error instanceof RmaError) return { kind: 'refused', error };
      return { kind: 'unavailable', reason: `coordinator ${base} is not reachable: ${networkReason(error)}` };
    }
  };
  return {
    register: (body, signal) => report({ method: 'POST', path: '/v1/workers', body }, signal),
    heartbeat: (body, signal) => report({ method: 'PUT', path: workerPath(body.id), body }, signal),
    async leave(id, signal) {
      await send({ method: 'DELETE', path: workerPath(id) }, signal).catch(() => undefined);
    },
  };
}

interface Message {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: Registration;
}

/** Names the worker before the body, so that the coordinator can check the token first. */
function identity({ host, id }: Registration): Record<string, string> {
  return { 'rma-worker': `${host}/${id}` };
}

function workerPath(id: string): string {
  return `/v1/workers/${encodeURIComponent(id)}`;
}

function authorization(tokenFile: string | null): { authorization?: string } {
  if (tokenFile === null) return {};
  try {
    return { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };
  } catch (error) {
    throw new RmaError(
      'RMA_COORDINATOR_TOKEN',
      `cannot read the token file ${tokenFile}: ${networkReason(error)}`,
      {
        exitCode: EXIT.notReady,
        hint: 'set COORDINATOR_TOKEN_FILE to a file that is readable for the worker; rma up writes and mounts it',
      },
    );
  }
}
