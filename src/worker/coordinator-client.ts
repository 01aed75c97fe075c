import { networkReason, sendRequest } from '../adapters/engine/http-request.ts';
import { withDeadline } from '../adapters/engine/with-deadline.ts';
import type { GroupReport } from '../core/domain/group.ts';
import type { Registration } from '../core/domain/registration.ts';
import type { WorkerGroup } from '../core/domain/worker-config.ts';
import { RmaError } from '../core/errors.ts';
import {
  type CoordinatorAnswer,
  type CoordinatorReply,
  coordinatorAnswer,
} from '../core/worker/coordinator-answer.ts';
import { type GroupAnswer, groupAnswer } from '../core/worker/group-answer.ts';
import type { Clock } from '../ports/clock.ts';
import { authorization, type CoordinatorTarget, coordinatorTrust } from './coordinator-target.ts';

export interface CoordinatorClient {
  register(registration: Registration, signal: AbortSignal): Promise<CoordinatorAnswer>;
  heartbeat(registration: Registration, signal: AbortSignal): Promise<CoordinatorAnswer>;
  reportToGroup(
    group: Pick<WorkerGroup, 'name' | 'rank'>,
    report: GroupReport,
    signal: AbortSignal,
  ): Promise<GroupAnswer>;
  /** removes the worker; a coordinator that does not respond removes it when the lease expires */
  leave(id: string, signal: AbortSignal): Promise<void>;
}

/** Returns a client for docs/registration.md. The files are read for every request, so new contents need no restart. */
export function createCoordinatorClient(
  target: CoordinatorTarget,
  clock: Clock,
  deadlineMs: number,
): CoordinatorClient {
  const base = target.url.replace(/\/+$/, '');
  const send = ({ method, path, body }: Message, outer: AbortSignal) =>
    withDeadline({ clock, ms: deadlineMs, signal: outer }, (signal) => {
      const request = {
        method,
        url: base + path,
        signal,
        ...authorization(target),
        ...coordinatorTrust(target),
      };
      return sendRequest(body === undefined ? request : { ...request, body, headers: identity(body) });
    });
  const report = async <T>(
    message: Message & { readonly method: 'POST' | 'PUT' },
    parse: (reply: CoordinatorReply) => T,
    signal: AbortSignal,
  ): Promise<T | Failure> => {
    try {
      const reply = await send(message, signal);
      return parse({ ...reply, method: message.method, url: base });
    } catch (error) {
      if (error instanceof RmaError) return { kind: 'refused', error };
      return { kind: 'unavailable', reason: `coordinator ${base} is not reachable: ${networkReason(error)}` };
    }
  };
  return {
    register: (body, signal) =>
      report({ method: 'POST', path: '/v1/workers', body }, coordinatorAnswer, signal),
    heartbeat: (body, signal) =>
      report({ method: 'PUT', path: workerPath(body.id), body }, coordinatorAnswer, signal),
    reportToGroup({ name, rank }, body, signal) {
      const path = `/v1/groups/${encodeURIComponent(name)}/${rank}`;
      return report({ method: 'PUT', path, body }, groupAnswer, signal);
    },
    async leave(id, signal) {
      await send({ method: 'DELETE', path: workerPath(id) }, signal).catch(() => undefined);
    },
  };
}

type Failure = Extract<CoordinatorAnswer, { readonly kind: 'refused' | 'unavailable' }>;

interface Message {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: Registration | GroupReport;
}

/** Names the worker before the body, so that the coordinator can check the token first. */
function identity({ host, id }: Registration | GroupReport): Record<string, string> {
  return { 'rma-worker': `${host}/${id}` };
}

function workerPath(id: string): string {
  return `/v1/workers/${encodeURIComponent(id)}`;
}
