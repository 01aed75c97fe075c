import type { Registration } from '../../core/domain/registration.ts';
import type { CoordinatorAnswer } from '../../core/worker/coordinator-answer.ts';
import type { CoordinatorClient } from '../coordinator-client.ts';

/** Outcome of a registration or heartbeat. */
export type RegistrarResult =
  | { readonly registered: true; readonly leaseSeconds: number | null }
  | { readonly registered: false; readonly reason: string };

/** Keeps one worker registered: registers, renews, and registers again if the coordinator has lost it. */
export interface Registrar {
  /** Registers the worker or sends a heartbeat. @throws RmaError for a permanent refusal */
  report(registration: Registration, signal: AbortSignal): Promise<RegistrarResult>;
  /** Reports that the worker accepts no new requests; after a failure the lease expires. */
  withdraw(registration: Registration, signal: AbortSignal): Promise<void>;
  leave(id: string, signal: AbortSignal): Promise<void>;
}

/** Returns a registrar. @param client null: no coordinator; every report succeeds */
export function createRegistrar(client: CoordinatorClient | null): Registrar {
  if (client === null) return NO_COORDINATOR;
  // True from the first registration on, even without a response: it may have arrived.
  let maybeRegistered = false;
  return {
    async report(registration, signal) {
      let answer: CoordinatorAnswer = { kind: 'unknown' };
      if (maybeRegistered) answer = await client.heartbeat(registration, signal);
      if (answer.kind === 'unknown') {
        maybeRegistered = true;
        answer = await client.register(registration, signal);
      }
      return toResult(answer);
    },
    async withdraw(registration, signal) {
      if (maybeRegistered) await client.heartbeat(registration, signal);
    },
    async leave(id, signal) {
      if (maybeRegistered) await client.leave(id, signal);
      maybeRegistered = false;
    },
  };
}

const NO_COORDINATOR: Registrar = {
  report: async () => ({ registered: true, leaseSeconds: null }),
  withdraw: async () => undefined,
  leave: async () => undefined,
};

function toResult(answer: CoordinatorAnswer): RegistrarResult {
  switch (answer.kind) {
    case 'accepted':
      return { registered: true, leaseSeconds: answer.leaseSeconds };
    case 'refused':
      throw answer.error;
    case 'unavailable':
      return { registered: false, reason: answer.reason };
    case 'unknown':
      return { registered: false, reason: 'the coordinator rejected the registration of this worker' };
  }
}
