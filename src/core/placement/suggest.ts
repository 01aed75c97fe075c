import type {
  PlacementDevice,
  PlacementFault,
  PlacementProfile,
  PlacementService,
} from '../domain/placement.ts';
import type { Budget } from './assign.ts';
import { solve, sortDevices, variantsToTry } from './solve.ts';

/** Steps of all tries together. */
const TRIES_BUDGET = 5000;
/** Sizes of GPUs on the market, GB. */
const SOLD_GB = [8, 12, 16, 24, 32, 40, 48, 64, 80, 96, 141, 192, 288];
/** The part of a GPU's memory that the driver leaves to programs. */
const USABLE = 0.97;
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
 * Returns the smallest changes with which everything fits, as commands or edits. Each is tried by the solver. Smallest first:
 * another variant, less context, less concurrency, other or fewer GPUs, one profile less, a larger GPU.
 */
export function changeThatFits(request: SuggestRequest): string {
  if (request.code === 'RMA_GPU_NONE') {
    return 'run cpu-worker instead: ENABLE_GPU=auto rma up; check the driver: rma gpus';
  }
  const budget: Budget = { nodes: TRIES_BUDGET, cutShort: false };
  const found: string[] = [];
  for (const change of changes(request)) {
    if (found.length === MAX_SUGGESTIONS) break;
    if (solve(sortDevices(change.devices), change.profiles, budget) !== null) found.push(change.text);
    // the smallest additional GPU is enough
    if (change.devices.length > request.devices.length && found.includes(change.text)) break;
  }
  return found.length > 0 ? found.join('; or ') : 'show what uses each GPU: rma plan --explain';
}

function* changes(request: SuggestRequest): Generator<Change> {
  const { devices, profiles, profile } = request;
  const others = profiles
    .filter((each) => each !== profile)
    .toReversed()
    .slice(0, MAX_OTHERS);
  for (const each of [profile, ...others]) {
    for (const { name } of notTried(each)) {
      const changed = { ...each, requested: name, fixed: false };
      yield { text: `rma up --variant ${each.profile}=${name}`, ...swapped(request, each, changed) };
    }
  }
  for (const { text, change } of [...SMALLER, ...fewerGpus(profile)]) {
    const changed = changeServices(profile, change);
    if (changed !== null) yield { text: text(profile), ...swapped(request, profile, changed) };
  }
  for (const { profile: name } of others) {
    const left = profiles.filter((each) => each.profile !== name);
    yield { text: `stop ${name}: rma down --profile ${name}`, devices, profiles: left };
  }
  yield* largerGpus(request);
}

function swapped(
  { devices, profiles }: SuggestRequest,
  from: PlacementProfile,
  to: PlacementProfile,
): Pick<Change, 'devices' | 'profiles'> {
  return { devices, profiles: profiles.map((each) => (each === from ? to : each)) };
}

function notTried(profile: PlacementProfile): PlacementProfile['variants'] {
  const tried = variantsToTry(profile);
  return profile.variants.filter((variant) => !tried.includes(variant));
}

/** A smaller request of one profile. */
interface Smaller {
  readonly text: (profile: PlacementProfile) => string;
  /** null: it makes no difference to the service */
  readonly change: (service: PlacementService) => PlacementService | null;
}

const SMALLER: readonly Smaller[] = [
  {
    text: (profile) => `set ${figures(profile, 'context')} in profiles/${profile.profile}.yaml`,
    change: (service) => halved(service, 'context'),
  },
  {
    text: (profile) => `set ${figures(profile, 'concurrency')} in profiles/${profile.profile}.yaml`,
    change: (service) => halved(service, 'concurrency'),
  },
  {
    text: ({ profile }) => `remove gpu.pins, --gpu and \`gpus\`, so that rma chooses the GPUs of ${profile}`,
    change: (service) => (service.allowed === null ? null : { ...service, allowed: null, current: null }),
  },
];

type Figure = 'context' | 'concurrency';

function halved(service: PlacementService, figure: Figure): PlacementService | null {
  const value = service[figure];
  if (value === null || value < 2 || service.need.kvBytes === 0) return null;
  const half = Math.floor(value / 2);
  const kvBytes = Math.ceil((service.need.kvBytes * half) / value);
  return { ...service, [figure]: half, need: { ...service.need, kvBytes } };
}

/** The halved values of the last variant, which is the smallest: `context: 2048`. */
function figures(profile: PlacementProfile, figure: Figure): string {
  const services = variantsToTry(profile).at(-1)?.services ?? [];
  const halves = services.flatMap((service) => halved(service, figure)?.[figure] ?? []);
  return `\`${figure}: ${[...new Set(halves)].join(' and ')}\``;
}

/** Smaller numbers of GPUs, largest first. */
function fewerGpus(profile: PlacementProfile): readonly Smaller[] {
  const most = gpuCount(profile, 17);
  return [16, 8, 4, 2, 1]
    .filter((gpus) => gpus < most)
    .map((gpus) => ({
      text: () => `set \`gpus: ${gpus}\` in profiles/${profile.profile}.yaml`,
      change: (service) => (service.gpus === 1 ? null : { ...service, gpus }),
    }));
}

/** The profile with only its smallest variant, changed; null when the change makes no difference. */
function changeServices(profile: PlacementProfile, change: Smaller['change']): PlacementProfile | null {
  const tried = variantsToTry(profile).slice(-1);
  const differs = tried.some(({ services }) => services.some((service) => change(service) !== null));
  if (!differs) return null;
  const variants = tried.map((variant) => {
    return { ...variant, services: variant.services.map((service) => change(service) ?? service) };
  });
  return { ...profile, variants };
}

function* largerGpus({ devices, profiles, profile }: SuggestRequest): Generator<Change> {
  const count = gpuCount(profile, 1);
  const free = profiles.map((each) => (each === profile ? withoutPins(each) : each));
  for (const size of SOLD_GB) {
    const more = Array.from({ length: count }, (_, at) => newGpu(size, devices.length + at));
    const what = count === 1 ? `a ${size} GB GPU` : `${count} GPUs with ${size} GB each`;
    yield { text: `add ${what}`, devices: [...devices, ...more], profiles: free };
  }
}

/** The most GPUs that a service of the profile requests; `all` counts as so many. */
function gpuCount(profile: PlacementProfile, all: number): number {
  const requested = variantsToTry(profile).flatMap(({ services }) =>
    services.map(({ gpus }) => (gpus === 'all' ? all : gpus)),
  );
  return Math.max(1, ...requested);
}

function withoutPins(profile: PlacementProfile): PlacementProfile {
  const variants = profile.variants.map((variant) => ({
    ...variant,
    services: variant.services.map((service) => ({ ...service, allowed: null, current: null })),
  }));
  return { ...profile, variants, fixed: false };
}

function newGpu(gb: number, index: number): PlacementDevice {
  return {
    uuid: `GPU-new-${index}`,
    index: 1000 + index,
    name: `GPU of ${gb} GB`,
    kind: 'gpu',
    totalBytes: gb * 1e9,
    computeCapability: null,
    availableBytes: Math.floor(gb * 1e9 * USABLE),
    foreignBytes: 0,
    othersBytes: 0,
    usedExclusivelyBy: null,
    unusable: null,
  };
}
