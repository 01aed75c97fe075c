import type { DesiredState } from '../../../src/core/domain/desired-state.ts';
import type { Observed } from '../../../src/core/domain/observed.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { desiredOf, doneBox } from './plan-builders.ts';
import { catalogOf, fleetInputOf, profileServiceOf } from './render-builders.ts';

const ONE = profileServiceOf({ engine: 'one' });
const TWO = profileServiceOf({ engine: 'two' });
const THREE = profileServiceOf({ engine: 'three', models: ['big'] });

/** Profiles `a` and `b` run an engine each; `c` shares the engine of `a` and runs one of its own. */
export const THREE_PROFILES = catalogOf({ a: [ONE], b: [TWO], c: [ONE, THREE] }, ['one', 'two', 'three']);

/** What a project with these profiles desires, in their order. */
export function desiredProfiles(...profiles: readonly string[]): DesiredState {
  return desiredOf(fleetInputOf({ selection: selectServices(THREE_PROFILES, profiles) }));
}

/** A machine with everything of the desired state but containers: as after `down`. */
export function downBox(desired: DesiredState): Observed {
  return { ...doneBox(desired), containers: [] };
}

/** The containers of a machine on which these profiles run, of a project that desires all of `desired`. */
export function runningProfiles(desired: DesiredState, ...profiles: readonly string[]): Observed {
  const done = doneBox(desired);
  const workers = desired.stack.services.filter(
    ({ role, profile }) => role === 'worker' && profile !== null && profiles.includes(profile),
  );
  const running = new Set(['coordinator', ...workers.flatMap(({ name, engines }) => [name, ...engines])]);
  return { ...done, containers: done.containers.filter(({ service }) => running.has(service)) };
}
