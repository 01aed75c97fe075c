import type { DesiredService, DesiredState } from '../domain/desired-state.ts';
import type { Observed, ObservedContainer } from '../domain/observed.ts';
import { changedSecrets } from './plan-files.ts';

/** Returns why the secrets of a container are not the desired ones; null when they are. */
export type SecretChange = (
  service: Pick<DesiredService, 'secrets'>,
  container: Pick<ObservedContainer, 'startedAt'>,
) => string | null;

/** A container keeps the secret files it was started with: an interrupted `up` may have written newer ones. */
export function secretChanges(desired: DesiredState, observed: Observed): SecretChange {
  const changing = changedSecrets(desired, observed);
  return ({ secrets }, { startedAt }) => {
    const changes = secrets.find((name) => changing.has(name));
    if (changes !== undefined) return `its secret ${changes} changes`;
    const later = secrets.find(
      (name) => startedAt !== null && (observed.secretsWrittenAt.get(name) ?? 0) > startedAt,
    );
    return later === undefined ? null : `its secret ${later} changed after it was started`;
  };
}
