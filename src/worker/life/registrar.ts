import type { Registration } from '../../core/domain/registration.ts';
import type { CoordinatorAnswer } from '../../core/worker/coordinator-answer.ts';
import type { CoordinatorClient } from '../coordinator-client.ts';

/** What telling the coordinator came to. */
export type Told =
  | { readonly registered: true; readonly leaseSeconds: number | null }
  | { readonly registered: false; readonly reason: string };

/** Keeps one worker in a coordinator: registers, renews, and registers again when it was forgotten. */
export interface Registrar {
  /** @throws RmaError when the coordinator refuses for good */
  tell(registration: Registration, signal: AbortSignal): Promise<Told>;
  /** tells a coordinator that may know the worker that it takes no new requests; a failure is left to the lease */
  withdraw(registration: Registration, signal: AbortSignal): Promise<void>;
  leave(id: string, signal: AbortSignal): Promise<void>;
}

/** @param client null: there is no coordinator, and every state counts as told */
export function createRegistrar(client: CoordinatorClient | null): Registrar {
  if (client === null) return ALONE;
  // True from the first registration that was sent, answered or not: it may have arrived.
  let perhapsKnown = false;
  return {
    async tell(registration, signal) {
      let answer: CoordinatorAnswer = { kind: 'unknown' };
      if (perhapsKnown) answer = await client.heartbeat(registration, signal);
      if (answer.kind === 'unknown') {
        perhapsKnown = true;
        answer = await client.register(registration, signal);
      }
      return told(answer);
    },
    async withdraw(registration, signal) {
      if (perhapsKnown) await client.heartbeat(registration, signal);
    },
    async leave(id, signal) {
      if (perhapsKnown) await client.leave(id, signal);
      perhapsKnown = false;
    },
  };
}

const ALONE: Registrar = {
  tell: async () => ({ registered: true, leaseSeconds: null }),
  withdraw: async () => undefined,
  leave: async () => undefined,
};

function told(answer: CoordinatorAnswer): Told {
  switch (answer.kind) {
    case 'accepted':
      return { registered: true, leaseSeconds: answer.leaseSeconds };
    case 'refused':
      throw answer.error;
    case 'unavailable':
      return { registered: false, reason: answer.reason };
    case 'unknown':
      return { registered: false, reason: 'the coordinator does not know this worker' };
  }
}
