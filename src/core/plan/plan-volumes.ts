import { EXIT } from '../errors.ts';
import type { Desired } from '../model/desired.ts';
import type { Observed, ObservedVolume } from '../model/observed.ts';
import type { Operation } from './operation.ts';
import type { PlanCheck } from './plan-types.ts';

/** Missing volumes are created. One that is there stays as it is, whatever it looks like: it may hold models. */
export function planVolumes(
  desired: Desired,
  observed: Observed,
): { readonly operations: Operation[]; readonly checks: PlanCheck[] } {
  const operations: Operation[] = [];
  const checks: PlanCheck[] = [];
  for (const { name, labels } of desired.stack.volumes) {
    const present = observed.volumes.get(name);
    if (present === undefined) {
      operations.push({ kind: 'create-volume', name, labels, cause: 'not there', destructive: false });
    } else if (present.driver !== 'local' || Object.keys(present.options).length > 0) {
      checks.push(drift(present));
    }
  }
  return { operations, checks };
}

function drift({ name, driver, options }: ObservedVolume): PlanCheck {
  const seen = [`driver ${driver}`, ...Object.entries(options).map(([key, value]) => `${key}=${value}`)].join(
    ', ',
  );
  return {
    level: 'warning',
    code: 'RMA_VOLUME_DRIFT',
    message: `volume ${name} has options of its own (${seen}); it is used as it is`,
    hint: `options of a volume cannot be changed; for a plain one choose another name: --volume named:NAME`,
    exitCode: EXIT.ok,
    details: { volume: name },
  };
}
