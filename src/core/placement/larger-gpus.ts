import type { PlacementDevice, PlacementProfile } from '../domain/placement.ts';
import { HIDDEN } from './devices.ts';
import { variantsToTry } from './solve.ts';

/** Sizes of GPUs on the market, GB. */
const SOLD_GB = [8, 12, 16, 24, 32, 40, 48, 64, 80, 96, 141, 192, 288];
/** The part of a GPU's memory that the driver leaves to programs. */
const USABLE = 0.97;

interface LargerRequest {
  readonly devices: readonly PlacementDevice[];
  readonly profiles: readonly PlacementProfile[];
  /** the one that does not fit */
  readonly profile: PlacementProfile;
}

interface LargerMachine extends Omit<LargerRequest, 'profile'> {
  readonly text: string;
}

/** Yields the machine with additional GPUs, smallest first, and what must be done to use them. */
export function* largerGpus({ devices, profiles, profile }: LargerRequest): Generator<LargerMachine> {
  const count = gpuCount(profile);
  const selected = variantsToTry(profile)
    .flatMap(({ services }) => services)
    .filter(({ allowed }) => allowed !== null);
  // what is selected for one service would not be the number that another one requests
  if (selected.some(({ gpus }) => gpus !== count)) return;
  const isSelected = selected.length > 0;
  const select = isSelected ? `, and select ${count === 1 ? 'it' : 'them'} for ${profile.profile}` : '';
  const show = devices.some(({ unusable }) => unusable === HIDDEN) ? ', also in gpu.visible' : '';
  for (const size of SOLD_GB) {
    const more = Array.from({ length: count }, (_, at) => newGpu(size, devices.length + at));
    const uuids = more.map(({ uuid }) => uuid);
    const article = `${size}`.startsWith('8') ? 'an' : 'a';
    const what = count === 1 ? `${article} ${size} GB GPU` : `${count} GPUs with ${size} GB each`;
    yield {
      text: `add ${what}${select}${show}`,
      devices: [...devices, ...more],
      profiles: profiles.map((each) => (each === profile ? movedTo(uuids, each) : each)),
    };
  }
}

/** The most GPUs that a service of the profile requests; `all` counts as one. */
function gpuCount(profile: PlacementProfile): number {
  const requested = variantsToTry(profile).flatMap(({ services }) => services.map(({ gpus }) => gpus));
  return Math.max(1, ...requested.map((gpus) => (gpus === 'all' ? 1 : gpus)));
}

/** The profile with these GPUs instead of the selected ones, and free to move. */
function movedTo(uuids: readonly string[], profile: PlacementProfile): PlacementProfile {
  const variants = profile.variants.map((variant) => ({
    ...variant,
    services: variant.services.map((service) => {
      return { ...service, allowed: service.allowed === null ? null : uuids, current: null };
    }),
  }));
  return { ...profile, variants };
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
