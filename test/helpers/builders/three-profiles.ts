import type { DesiredState } from '../../../src/core/domain/desired-state.ts';
import type { Observed } from '../../../src/core/domain/observed.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { desiredOf, doneBox } from './plan-builders.ts';
import { catalogOf, fleetInputOf, profileServiceOf } from './render-builders.ts';

const ONE = profileServiceOf({ engine: 'one' });
const TWO = profileServiceOf({ engine: 'two' });
const THREE = profileServiceOf({ engine: 'three', models: ['big'] });

/** Profiles `a` and `b` have one engine each; `c` shares the engine of `a` and has its own. */
export const THREE_PROFILES = catalogOf({ a: [ONE], b: [TWO], c: [ONE, THREE] }, ['one', 'two', 'three']);

/** Returns the desired state of a project with these profiles, in this order. */
export function desiredProfiles(...profiles: readonly string[]): DesiredState {
  return desiredOf(fleetInputOf({ selection: selectServices(THREE_PROFILES, profiles) }));
}

/** Returns a host with everything but containers, as after `down`. */
export function downBox(desired: DesiredState): Observed {
  return { ...doneBox(desired), containers: [] };
}

/** Returns a host of a project with the desired state `desired`, on which these profiles run. */
export function runningProfiles(desired: DesiredState, ...profiles: readonly string[]): Observed {
  const done = doneBox(desired);
  const workers = desired.stack.services.filter(
    ({ role, profile }) => role === 'worker' && profile !== null && profiles.includes(profile),
  );
  const running = new Set(['coordinator', ...workers.flatMap(({ name, engines }) => [name, ...engines])]);
  return { ...done, containers: done.containers.filter(({ service }) => running.has(service)) };
}
