import type { PlacementDevice, PlacementFault, PlacementProfile } from '../domain/placement.ts';
import type { Budget } from './assign.ts';
import { deviceName, listed } from './device-name.ts';
import { HIDDEN } from './devices.ts';
import { largerGpus } from './larger-gpus.ts';
import { withRoomForRunning } from './room-for-running.ts';
import { smallerRequests } from './smaller-requests.ts';
import { isFixed, solve, sortDevices, variantsToTry } from './solve.ts';

/** Steps of all tries together. */
const TRIES_BUDGET = 5000;
/** Other profiles that are tried in another variant, or stopped. */
const MAX_OTHERS = 8;
/** Suggestions in one hint. */
const MAX_SUGGESTIONS = 2;

export interface SuggestRequest {
  readonly devices: readonly PlacementDevice[];
  readonly profiles: readonly PlacementProfile[];
  /** the one that does not fit */
  readonly profile: PlacementProfile;
  readonly code: PlacementFault;
}

/** One change, as the user would make it. */
interface Change {
  readonly text: string;
  readonly devices: readonly PlacementDevice[];
  readonly profiles: readonly PlacementProfile[];
}

/**
 * Returns the smallest changes with which everything fits, as commands or edits. Each is tried by the solver on what the
 * command would then see. Smallest first: another variant, running profiles that may move, less context, less concurrency,
 * other or fewer GPUs, hidden GPUs, one profile less, a larger GPU.
 */
export function changeThatFits(request: SuggestRequest): string {
  const budget: Budget = { nodes: TRIES_BUDGET, cutShort: false };
  const found: string[] = [];
  const isNone = request.code === 'RMA_GPU_NONE';
  for (const { text, devices, profiles } of isNone ? hiddenGpus(request) : changes(request)) {
    if (found.length === MAX_SUGGESTIONS) break;
    const sorted = sortDevices(withRoomForRunning(devices, profiles));
    if (solve(sorted, profiles, budget) === null) continue;
    found.push(text);
    // the smallest additional GPU is enough
    if (devices.length > request.devices.length) break;
  }
  if (found.length > 0) return found.join('; or ');
  if (isNone) return 'run cpu-worker instead: ENABLE_GPU=auto rma up; check the driver: rma gpus';
  return 'show what uses each GPU: rma plan --explain';
}

function* changes(request: SuggestRequest): Generator<Change> {
  const { devices, profiles, profile } = request;
  const others = profiles
    .filter((each) => each !== profile)
    .toReversed()
    .slice(0, MAX_OTHERS);
  // `rma up` without names acts on all profiles
  const all = profiles.map((each) => ({ ...each, fixed: false }));
  for (const each of [profile, ...others]) {
    for (const { name } of notTried(each)) {
      const requested = all.map((one) => (one.profile === each.profile ? { ...one, requested: name } : one));
      yield { text: `rma up --variant ${each.profile}=${name}`, devices, profiles: requested };
    }
  }
  const fixed = profiles.filter(isFixed).map((each) => each.profile);
  if (fixed.length > 0) {
    yield { text: `let rma move ${listed(fixed)} too: rma up`, devices, profiles: all };
  }
  // a command that does not act on the profile does not apply a change of its file either
  if (!isFixed(profile)) {
    for (const { text, changed } of smallerRequests(profile)) {
      yield { text, devices, profiles: profiles.map((each) => (each === profile ? changed : each)) };
    }
  }
  yield* hiddenGpus(request);
  for (const { profile: name } of others) {
    const left = profiles.filter((each) => each.profile !== name);
    yield { text: `stop ${name}: rma down --profile ${name}`, devices, profiles: left };
  }
  if (!isFixed(profile)) yield* largerGpus(request);
}

/** One more GPU of those that the settings hide, then all of them. */
function* hiddenGpus({ devices, profiles }: SuggestRequest): Generator<Change> {
  const hidden = devices.filter(({ unusable }) => unusable === HIDDEN);
  const sets = hidden.length > 1 ? [...hidden.map((device) => [device]), hidden] : [hidden];
  for (const set of sets) {
    if (set.length === 0) continue;
    yield {
      text: `add ${listed(set.map(deviceName))} to gpu.visible, --gpus or NVIDIA_VISIBLE_DEVICES`,
      devices: devices.map((device) => (set.includes(device) ? { ...device, unusable: null } : device)),
      profiles,
    };
  }
}

function notTried(profile: PlacementProfile): PlacementProfile['variants'] {
  const tried = variantsToTry(profile);
  return profile.variants.filter((variant) => !tried.includes(variant));
}
