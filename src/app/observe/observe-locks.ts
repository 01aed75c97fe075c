import type { ContainerSummary } from '../../core/domain/container.ts';
import type { VolumeFacts } from '../../core/domain/docker-engine.ts';
import type {
  HolderState,
  LockClaim,
  PlannedReservation,
  ReservationVolume,
} from '../../core/domain/lock.ts';
import { holderPlace, holderState } from '../../core/reservation/holder-state.ts';
import { lockClaims } from '../../core/reservation/lock-labels.ts';
import { reservationVolumes } from '../../core/reservation/reservation-labels.ts';
import { validReservations } from '../../core/reservation/valid-reservations.ts';
import type { ContainerEngine } from '../../ports/container-engine.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';

type Volumes = ReadonlyMap<string, VolumeFacts>;

/** A volume of a lock, and whether its holder still runs. */
export interface ObservedClaim extends LockClaim {
  readonly state: HolderState;
}

/** The reservations of a plan, and those that are valid. */
export interface ObservedReservation extends ReservationVolume {
  readonly valid: readonly PlannedReservation[];
}

export interface ObservedLocks {
  readonly claims: readonly ObservedClaim[];
  readonly reservations: readonly ObservedReservation[];
}

interface LockSurroundings {
  readonly volumes: Volumes;
  readonly containers: readonly ContainerSummary[];
}

/** Returns the locks among the volumes of an engine. Its clock is read only for holders on other machines. */
export async function observeClaims(
  { engine }: Pick<Host, 'engine'>,
  { processes }: Pick<Invocation, 'processes'>,
  volumes: Volumes,
): Promise<readonly ObservedClaim[]> {
  const claims = lockClaims(volumes.values());
  if (claims.length === 0) return [];
  const self = await processes.self();
  const isElsewhere = claims.some(({ owner }) => owner !== null && holderPlace(owner, self) === 'elsewhere');
  const now = isElsewhere ? await engine.now() : null;
  return Promise.all(
    claims.map(async (claim) => {
      const { owner, nonce } = claim;
      const renewed = claims.filter((each) => each.nonce === nonce).map(({ createdAt }) => createdAt);
      const isHere = owner !== null && holderPlace(owner, self) === 'here';
      const isRunning = isHere && (await processes.isRunning(owner));
      return { ...claim, state: holderState({ owner, self, isRunning, silentMs: silence(now, renewed) }) };
    }),
  );
}

/** Returns the time since the last of these moments; null if it is unknown. */
function silence(now: number | null, moments: readonly (number | null)[]): number | null {
  const known = moments.filter((moment) => moment !== null);
  return now === null || known.length < moments.length ? null : now - Math.max(...known);
}

/** Returns the locks and reservations among the volumes of an engine. */
export async function observeLocks(
  host: Pick<Host, 'engine'>,
  invocation: Pick<Invocation, 'processes'>,
  { volumes, containers }: LockSurroundings,
): Promise<ObservedLocks> {
  const claims = await observeClaims(host, invocation, volumes);
  const held = new Set(claims.filter(({ state }) => state !== 'ended').map(({ nonce }) => nonce));
  const reservations = reservationVolumes(volumes.values());
  const now = reservations.some(({ nonce }) => !held.has(nonce)) ? await host.engine.now() : null;
  return {
    claims,
    reservations: reservations.map((reservation) => ({
      ...reservation,
      valid: validReservations(reservation, { held, containers, now }),
    })),
  };
}

/** The containers and the reservations of an engine at one moment. */
export interface EngineUse {
  readonly allContainers: readonly ContainerSummary[];
  readonly locks: ObservedLocks;
}

/**
 * Returns the containers and the reservations of all projects. Volumes are listed first: a reservation is removed after its
 * containers exist, so that one of both is always seen.
 */
export async function observeUse(
  host: Pick<Host, 'engine'>,
  invocation: Pick<Invocation, 'processes'>,
  listed: ReturnType<ContainerEngine['volumes']> = host.engine.volumes(),
): Promise<EngineUse> {
  const volumes = await listed;
  const containers = await host.engine.containers();
  return { allContainers: containers, locks: await observeLocks(host, invocation, { volumes, containers }) };
}

/** Returns the valid reservations of all projects. */
export function validOf({
  reservations,
}: Pick<ObservedLocks, 'reservations'>): readonly PlannedReservation[] {
  return reservations.flatMap(({ valid }) => valid);
}
