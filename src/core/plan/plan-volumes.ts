import type { DesiredState, DesiredVolume } from '../domain/desired-state.ts';
import type { VolumeFacts } from '../domain/docker-engine.ts';
import type { Observed } from '../domain/observed.ts';
import { EXIT } from '../errors.ts';
import { shell } from '../shell-quote.ts';
import type { Step } from './operation.ts';
import type { PlanCheck } from './plan-types.ts';

type Options = DesiredVolume['options'];
type WantedVolume = Pick<DesiredVolume, 'name' | 'options'>;

/**
 * Returns the missing volumes to create. An existing volume is never changed: it may hold models. One that differs from
 * the request is an error.
 */
export function planVolumes(
  desired: DesiredState,
  observed: Observed,
): { readonly steps: readonly Step[]; readonly checks: readonly PlanCheck[] } {
  const steps: Step[] = [];
  const checks: PlanCheck[] = [];
  for (const wanted of desired.stack.volumes) {
    const { name, labels, options } = wanted;
    const present = observed.volumes.get(name);
    if (present === undefined) {
      steps.push({
        kind: 'create-volume',
        name,
        labels,
        options,
        cause: 'does not exist',
        destructive: false,
      });
    } else {
      checks.push(...checkVolume(wanted, present));
    }
  }
  return { steps, checks };
}

/** Returns how an existing volume differs from the request; empty: it does not. */
export function checkVolume(wanted: WantedVolume, present: VolumeFacts): readonly PlanCheck[] {
  if (present.driver !== 'local') return [otherDriver(wanted, present)];
  if (optionsText(present.options) === optionsText(wanted.options)) return [];
  return [Object.keys(wanted.options).length === 0 ? drift(present) : otherOptions(wanted, present)];
}

function drift({ name, options }: VolumeFacts): PlanCheck {
  return {
    level: 'warning',
    code: 'RMA_VOLUME_DRIFT',
    message: `volume ${name} has options (${optionsText(options)}), but a plain volume was requested; the existing volume is used`,
    hint: 'volume options cannot be changed; to use a plain one, choose another name: --volume named:NAME',
    exitCode: EXIT.ok,
    details: { volume: name },
  };
}

function otherOptions({ name, options }: WantedVolume, present: VolumeFacts): PlanCheck {
  return {
    level: 'error',
    code: 'RMA_VOLUME_OTHER',
    message: `volume ${name} has ${optionsText(present.options)}, requested: ${optionsText(options)}`,
    hint: shell`volume options cannot be changed; if you do not need its data, remove it: docker volume rm ${name} (files on an NFS server are not deleted)`,
    exitCode: EXIT.notReady,
    details: { volume: name },
  };
}

function otherDriver({ name, options }: WantedVolume, { driver }: VolumeFacts): PlanCheck {
  return {
    level: 'error',
    code: 'RMA_VOLUME_OTHER',
    message: `volume ${name} uses the driver ${driver}, requested: local (${optionsText(options)})`,
    hint: 'choose another volume name: --volume named:NAME, or --cache-volume named:NAME',
    exitCode: EXIT.notReady,
    details: { volume: name },
  };
}

/** Returns the options as text, sorted by name. */
export function optionsText(options: Options): string {
  const entries = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, value]) => `${key}=${value}`).join(' ') || 'no options';
}
