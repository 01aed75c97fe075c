import * as z from 'zod/mini';
import type { VolumeFacts } from '../domain/docker-engine.ts';
import type { LockOwner, ReservationVolume, ReservedService } from '../domain/lock.ts';
import { LABEL, LOCK_LABEL } from '../labels.ts';
import { jsonOrNull, type Schema } from '../schema/parse.ts';
import { wholeNumber } from '../schema/rules.ts';
import { ownerLabels, readOwner } from './lock-labels.ts';

/** Returns the name of the volume with the reservations of a plan. It is unique, so that it is never confused with a later one. */
export function reservationVolume(project: string, nonce: string): string {
  return `rma-reservation-${project}.${nonce.slice(0, 16)}`;
}

export interface Reserving {
  readonly project: string;
  readonly nonce: string;
  readonly owner: LockOwner;
  readonly services: readonly ReservedService[];
}

/** Returns the labels of the volume with the reservations of a plan. */
export function reservationLabels(reserving: Reserving): Readonly<Record<string, string>> {
  const { project, nonce, owner, services } = reserving;
  return {
    [LOCK_LABEL.reservation]: JSON.stringify(services),
    [LABEL.project]: project,
    [LOCK_LABEL.nonce]: nonce,
    ...ownerLabels(owner),
  };
}

const reservedServices: Schema<readonly ReservedService[]> = z.array(
  z.object({
    service: z.string(),
    devices: z.array(z.string()),
    bytesPerGpu: wholeNumber(0),
    exclusive: z.boolean(),
    ramBytes: wholeNumber(0),
    workers: z.array(z.string()),
  }),
);

/** Returns the reservations among volumes, by volume. One with broken labels reserves nothing. */
export function reservationVolumes(volumes: Iterable<VolumeFacts>): readonly ReservationVolume[] {
  return [...volumes]
    .flatMap(({ name, labels, createdAt }): readonly ReservationVolume[] => {
      const text = labels[LOCK_LABEL.reservation];
      const project = labels[LABEL.project];
      if (text === undefined || project === undefined) return [];
      const services = jsonOrNull(reservedServices, text) ?? [];
      const nonce = labels[LOCK_LABEL.nonce] ?? '';
      return [
        { volume: name, project, nonce, owner: readOwner(labels), services, createdAt: createdAt ?? null },
      ];
    })
    .sort((a, b) => (a.volume < b.volume ? -1 : 1));
}
