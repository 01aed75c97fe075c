import type { ContainerSummary } from '../domain/container.ts';
import type { PlannedReservation, ReservationVolume } from '../domain/lock.ts';

/** A reservation whose command ended without releasing it is valid for so long after the plan was accepted. */
export const GRACE_MS = 10 * 60_000;

export interface ReservationFacts {
  /** nonces of the project locks that are held */
  readonly held: ReadonlySet<string>;
  readonly containers: readonly Pick<ContainerSummary, 'project' | 'service' | 'state'>[];
  /** by the engine's clock, milliseconds since the Unix epoch; null: not needed, or unknown */
  readonly now: number | null;
}

const ACTIVE: readonly ContainerSummary['state'][] = ['running', 'restarting', 'paused'];

/**
 * Returns the valid reservations of a plan. All are while its command runs. If it was killed, that of a service stays valid for
 * `GRACE_MS`, and longer while one of its workers is not stopped, since the worker continues to download the models.
 */
export function validReservations(
  { project, nonce, services, createdAt }: ReservationVolume,
  { held, containers, now }: ReservationFacts,
): readonly PlannedReservation[] {
  // a clock that was set back must not keep it valid until that time comes again
  const age = now === null || createdAt === null ? Number.POSITIVE_INFINITY : Math.abs(now - createdAt);
  const isActive = (worker: string): boolean =>
    containers.some(
      (each) => each.project === project && each.service === worker && ACTIVE.includes(each.state),
    );
  return services
    .filter(({ workers }) => held.has(nonce) || age < GRACE_MS || workers.some(isActive))
    .map(({ workers: _, ...reserved }) => ({ project, ...reserved }));
}
