import type { VolumeFacts } from '../../core/domain/docker-engine.ts';
import type { VolumeAnswer } from './engine-answers.ts';

/** Returns rma's view of an entry of the engine's volume list. */
export function volumeFacts({
  Name,
  Driver,
  Mountpoint,
  Options,
  Labels,
  CreatedAt,
}: VolumeAnswer): VolumeFacts {
  const createdAt = instant(CreatedAt);
  const mountpoint = Mountpoint === undefined ? {} : { mountpoint: Mountpoint };
  return {
    name: Name,
    driver: Driver,
    options: Options ?? {},
    labels: Labels ?? {},
    ...mountpoint,
    createdAt,
  };
}

/** Parses a time of the engine, milliseconds since the Unix epoch; null if it is missing or malformed. */
export function instant(text: string | null | undefined): number | null {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? null : time;
}
