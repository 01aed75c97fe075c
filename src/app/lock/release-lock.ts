import type { LockKey } from '../../core/domain/lock.ts';
import { isOf } from '../../core/reservation/lock-labels.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { type LockReport, lockReport, type ReservationReport } from './lock-report.ts';

export interface ReleaseRequest {
  readonly key: LockKey;
  /** called with a holder that may still run; rejects to stop */
  readonly confirm: (holder: LockReport) => Promise<void>;
}

export interface Released {
  readonly locks: readonly LockReport[];
  readonly reservations: readonly ReservationReport[];
}

/** Removes a lock, and the reservations of its project. Returns what was removed. @throws RmaError RMA_DOCKER_* (3), that of `confirm` */
export async function releaseLock(
  host: Pick<Host, 'engine'>,
  invocation: Pick<Invocation, 'processes'>,
  { key, confirm }: ReleaseRequest,
): Promise<Released> {
  const report = await lockReport(host, invocation);
  const locks = report.locks.filter(isOf(key));
  const reservations =
    key.kind === 'project' ? report.reservations.filter(({ project }) => project === key.project) : [];
  const holder = locks.find(({ state }) => state !== 'ended');
  if (holder !== undefined) await confirm(holder);
  const volumes = [...locks.flatMap((lock) => lock.volumes), ...reservations.map(({ volume }) => volume)];
  await host.engine.removeVolumes([...new Set(volumes)]);
  return { locks, reservations };
}
