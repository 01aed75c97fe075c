import type {
  PlacementDevice,
  PlacementFault,
  PlacementProfile,
  PlacementService,
} from '../domain/placement.ts';
import type { Budget } from './assign.ts';
import { solve, sortDevices, variantsToTry } from './solve.ts';

/** Steps that all tries take together. */
const TRIES_BUDGET = 5000;
/** Sizes in which GPUs are sold, GB. */
const SOLD_GB = [8, 12, 16, 24, 32, 40, 48, 64, 80, 96, 141, 192, 288];
/** What the driver keeps of a GPU, and what may lie idle. */
const USABLE = 0.97;
/** Other profiles that are asked to change or to go. */
const OTHERS = 8;
/** Ways out that are told at once. */
const TOLD = 2;

/** One change, with what the user does to make it. */
interface Change {
  readonly text: string;
  readonly devices: readonly PlacementDevice[];
  readonly profiles: readonly PlacementProfile[];
}

/**
 * The smallest changes with which everything fits, as commands or edits. Each is tried for real. Smallest first: another
 * variant, less context, fewer requests at once, other or fewer GPUs, one profile less, a larger GPU.
 */
export function changeThatFits(
  devices: readonly PlacementDevice[],
  profiles: readonly PlacementProfile[],
  binding: PlacementProfile,
  code: PlacementFault,
): string {
  if (code === 'RMA_GPU_NONE') {
    return 'to run cpu-worker in its place: ENABLE_GPU=auto rma up; what the driver says: rma gpus';
  }
  const budget: Budget = { nodes: TRIES_BUDGET, cutShort: false };
  const found: string[] = [];
  for (const change of changes(devices, profiles, binding)) {
    if (found.length === TOLD) break;
    if (solve(sortDevices(change.devices), change.profiles, budget) !== null) found.push(change.text);
    // one larger GPU is enough to hear of
    if (change.devices.length > devices.length && found.includes(change.text)) break;
  }
  return found.length > 0 ? found.join('; or ') : 'see each GPU and who holds it: rma plan --explain';
}

function* changes(
  devices: readonly PlacementDevice[],
  profiles: readonly PlacementProfile[],
  binding: PlacementProfile,
): Generator<Change> {
  const swap = (from: PlacementProfile, to: PlacementProfile): readonly PlacementProfile[] =>
    profiles.map((each) => (each === from ? to : each));
  const others = profiles
    .filter((each) => each !== binding)
    .toReversed()
    .slice(0, OTHERS);
  for (const profile of [binding, ...others]) {
    for (const { name } of notTried(profile)) {
      const changed = { ...profile, wanted: name, fixed: false };
      const text = `rma up --variant ${profile.profile}=${name}`;
      yield { text, devices, profiles: swap(profile, changed) };
    }
  }
  for (const { text, change } of SMALLER) {
    const changed = changeServices(binding, change);
    if (changed !== null) yield { text: text(binding), devices, profiles: swap(binding, changed) };
  }
  for (const gpus of fewerGpus(binding)) {
    const changed = changeServices(binding, (service) => (service.gpus === 1 ? null : { ...service, gpus }));
    const text = `set \`gpus: ${gpus}\` in profiles/${binding.profile}.yaml`;
    if (changed !== null) yield { text, devices, profiles: swap(binding, changed) };
  }
  for (const { profile } of others) {
    const left = profiles.filter((each) => each.profile !== profile);
    yield { text: `without ${profile}: rma down --profile ${profile}`, devices, profiles: left };
  }
  yield* largerGpus(devices, profiles, binding);
}

function notTried(profile: PlacementProfile): PlacementProfile['variants'] {
  const tried = variantsToTry(profile);
  return profile.variants.filter((variant) => !tried.includes(variant));
}

interface Smaller {
  readonly text: (profile: PlacementProfile) => string;
  /** null: it makes no difference to the service */
  readonly change: (service: PlacementService) => PlacementService | null;
}

const SMALLER: readonly Smaller[] = [
  {
    text: (profile) => `set ${figures(profile, 'context')} in profiles/${profile.profile}.yaml`,
    change: (service) => scaled(service, 'context'),
  },
  {
    text: (profile) => `set ${figures(profile, 'concurrency')} in profiles/${profile.profile}.yaml`,
    change: (service) => scaled(service, 'concurrency'),
  },
  {
    text: ({ profile }) => `let rma choose the GPUs of ${profile}: leave out gpu.pins, --gpu and \`gpus\``,
    change: (service) => (service.allowed === null ? null : { ...service, allowed: null, current: null }),
  },
];

type Figure = 'context' | 'concurrency';

/** With half of it. */
function scaled(service: PlacementService, figure: Figure): PlacementService | null {
  const value = service[figure];
  if (value === null || value < 2 || service.need.kvBytes === 0) return null;
  const half = Math.floor(value / 2);
  const kvBytes = Math.ceil((service.need.kvBytes * half) / value);
  return { ...service, [figure]: half, need: { ...service.need, kvBytes } };
}

/** The halved values of the last variant, which is the one that comes nearest to fitting: `context: 2048`. */
function figures(profile: PlacementProfile, figure: Figure): string {
  const services = variantsToTry(profile).at(-1)?.services ?? [];
  const halves = services.flatMap((service) => scaled(service, figure)?.[figure] ?? []);
  return `\`${figure}: ${[...new Set(halves)].join(' and ')}\``;
}

function changeServices(
  profile: PlacementProfile,
  change: (service: PlacementService) => PlacementService | null,
): PlacementProfile | null {
  const tried = variantsToTry(profile).slice(-1);
  const differs = tried.some(({ services }) => services.some((service) => change(service) !== null));
  if (!differs) return null;
  const variants = tried.map((variant) => {
    return { ...variant, services: variant.services.map((service) => change(service) ?? service) };
  });
  return { ...profile, variants };
}

/** Smaller numbers of GPUs to try, largest first. */
function fewerGpus(profile: PlacementProfile): readonly number[] {
  const asked = variantsToTry(profile).flatMap(({ services }) =>
    services.map(({ gpus }) => (gpus === 'all' ? 17 : gpus)),
  );
  return [16, 8, 4, 2, 1].filter((gpus) => gpus < Math.max(1, ...asked));
}

function* largerGpus(
  devices: readonly PlacementDevice[],
  profiles: readonly PlacementProfile[],
  binding: PlacementProfile,
): Generator<Change> {
  const asked = variantsToTry(binding).flatMap(({ services }) =>
    services.map(({ gpus }) => (gpus === 'all' ? 1 : gpus)),
  );
  const count = Math.max(1, ...asked);
  const free = profiles.map((each) => (each === binding ? withoutAllowed(each) : each));
  for (const size of SOLD_GB) {
    const more = Array.from({ length: count }, (_, at) => newGpu(size, devices.length + at));
    const what = count === 1 ? `a GPU of ${size} GB` : `${count} GPUs of ${size} GB`;
    yield { text: `it would fit with ${what} more`, devices: [...devices, ...more], profiles: free };
  }
}

function withoutAllowed(profile: PlacementProfile): PlacementProfile {
  const services = (list: readonly PlacementService[]) =>
    list.map((service) => ({ ...service, allowed: null, current: null }));
  const variants = profile.variants.map((variant) => ({ ...variant, services: services(variant.services) }));
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
    unusable: null,
  };
}
