import type { Desired, DesiredVolume } from '../domain/desired.ts';
import type { Observed, ObservedVolume } from '../domain/observed.ts';
import { EXIT } from '../errors.ts';
import type { Operation } from './operation.ts';
import type { PlanCheck } from './plan-types.ts';

type Options = DesiredVolume['options'];

/**
 * Missing volumes are created. One that is there stays as it is, whatever it looks like: it may hold models. Where the
 * store would not be what was asked for, nothing goes on.
 */
export function planVolumes(
  desired: Desired,
  observed: Observed,
): { readonly operations: Operation[]; readonly checks: PlanCheck[] } {
  const operations: Operation[] = [];
  const checks: PlanCheck[] = [];
  for (const wanted of desired.stack.volumes) {
    const { name, labels, options } = wanted;
    const present = observed.volumes.get(name);
    if (present === undefined) {
      operations.push({
        kind: 'create-volume',
        name,
        labels,
        options,
        cause: 'not there',
        destructive: false,
      });
    } else if (present.driver !== 'local') {
      checks.push(otherDriver(wanted, present));
    } else if (optionsText(present.options) !== optionsText(options)) {
      checks.push(Object.keys(options).length === 0 ? drift(present) : otherOptions(wanted, present));
    }
  }
  return { operations, checks };
}

function drift({ name, options }: ObservedVolume): PlanCheck {
  return {
    level: 'warning',
    code: 'RMA_VOLUME_DRIFT',
    message: `volume ${name} has options of its own (${optionsText(options)}), a plain one was asked for; it is used as it is`,
    hint: 'options of a volume cannot be changed; for a plain one choose another name: --volume named:NAME',
    exitCode: EXIT.ok,
    details: { volume: name },
  };
}

function otherOptions({ name, options }: DesiredVolume, present: ObservedVolume): PlanCheck {
  return {
    level: 'error',
    code: 'RMA_VOLUME_OTHER',
    message: `volume ${name} has ${optionsText(present.options)}, asked for is ${optionsText(options)}`,
    hint: `options of a volume cannot be changed; when nothing in it is needed: docker volume rm ${name} (what lies on a server stays there)`,
    exitCode: EXIT.notReady,
    details: { volume: name },
  };
}

function otherDriver({ name, options }: DesiredVolume, { driver }: ObservedVolume): PlanCheck {
  return {
    level: 'error',
    code: 'RMA_VOLUME_OTHER',
    message: `volume ${name} is of the driver ${driver}, asked for is local (${optionsText(options)})`,
    hint: 'choose a volume of another name: --volume named:NAME, or --cache-volume named:NAME',
    exitCode: EXIT.notReady,
    details: { volume: name },
  };
}

/** The options in an order of their own. */
function optionsText(options: Options): string {
  const entries = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, value]) => `${key}=${value}`).join(' ') || 'no options';
}
