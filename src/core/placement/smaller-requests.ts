import type { PlacementProfile, PlacementService } from '../domain/placement.ts';
import { variantsToTry } from './solve.ts';

/** A profile that requests less, and the edit that does it. */
export interface SmallerRequest {
  readonly text: string;
  readonly changed: PlacementProfile;
}

/** Returns the profile with less context, with less concurrency, on any GPUs, and on fewer GPUs, where that differs. */
export function smallerRequests(profile: PlacementProfile): readonly SmallerRequest[] {
  return [...SMALLER, noUtilization(profile), ...anyGpus(profile), ...fewerGpus(profile)].flatMap(
    ({ text, change }) => {
      const changed = changeServices(profile, change);
      return changed === null ? [] : [{ text: text(profile), changed }];
    },
  );
}

/** A smaller request of one profile. */
interface Smaller {
  readonly text: (profile: PlacementProfile) => string;
  /** null: it makes no difference to the service */
  readonly change: (service: PlacementService) => PlacementService | null;
}

const SMALLER: readonly Smaller[] = [
  {
    text: (profile) => edit(profile, 'context', (service) => halved(service, 'context')?.context),
    change: (service) => halved(service, 'context'),
  },
  {
    text: (profile) => edit(profile, 'concurrency', (service) => halved(service, 'concurrency')?.concurrency),
    change: (service) => halved(service, 'concurrency'),
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

/** Returns the edit for the services of the last variant, which is the smallest. `to`: their values; undefined: unchanged. */
function edit(
  profile: PlacementProfile,
  key: Figure | 'gpus',
  to: (service: PlacementService) => number | null | undefined,
): string {
  const services = variantsToTry(profile).at(-1)?.services ?? [];
  const changes = services.flatMap((service) => {
    const value = to(service) ?? null;
    return value === null ? [] : [`${service.service}: { ${key}: ${value} }`];
  });
  return `set \`services: { ${changes.join(', ')} }\` in rma.yaml`;
}

/** Only what the models need. */
function noUtilization(profile: PlacementProfile): Smaller {
  const services = variantsToTry(profile).at(-1)?.services ?? [];
  const names = services.flatMap(({ service, utilization = null }) =>
    utilization === null ? [] : [service],
  );
  return {
    text: () => `remove \`utilization\` of ${names.join(' and ')}`,
    change: (service) => ((service.utilization ?? null) === null ? null : { ...service, utilization: null }),
  };
}

/** GPUs of rma's choice, for as many as the file requests; where it lists GPUs, one. */
function anyGpus(profile: PlacementProfile): readonly Smaller[] {
  const selected = (variantsToTry(profile).at(-1)?.services ?? []).filter(({ allowed }) => allowed !== null);
  const keeps = selected.filter((service) => ![1, 'list'].includes(service.inFile ?? service.gpus));
  // one text cannot ask to remove a list and to keep a number
  if (keeps.length > 0 && keeps.length < selected.length) return [];
  const what = keeps.length > 0 ? 'gpu.pins and --gpu' : 'gpu.pins, --gpu and `gpus`';
  const text = `remove ${what}, so that rma chooses the GPUs of ${profile.profile}`;
  return [{ text: () => text, change: unselected }];
}

function unselected(service: PlacementService): PlacementService | null {
  if (service.allowed === null) return null;
  const inFile = service.inFile ?? service.gpus;
  return { ...service, gpus: inFile === 'list' ? 1 : inFile, allowed: null, current: null };
}

/** Smaller numbers of GPUs, largest first. */
function fewerGpus(profile: PlacementProfile): readonly Smaller[] {
  return [16, 8, 4, 2, 1]
    .filter((gpus) => gpus < mostGpus(profile))
    .map((gpus) => ({
      text: () => edit(profile, 'gpus', (service) => (withGpus(service, gpus) === null ? null : gpus)),
      change: (service) => withGpus(service, gpus),
    }));
}

/** The service with this number of GPUs in its file. Pinned to several GPUs, it would still use all of them. */
function withGpus(service: PlacementService, gpus: number): PlacementService | null {
  if (service.gpus === 1 || service.inFile === 1 || (gpus === 1 && (service.allowed?.length ?? 0) > 1))
    return null;
  return { ...service, gpus };
}

/** The most GPUs that a service of the profile requests; `all` counts as more than any number. */
function mostGpus(profile: PlacementProfile): number {
  const requested = variantsToTry(profile).flatMap(({ services }) => services.map(({ gpus }) => gpus));
  return Math.max(1, ...requested.map((gpus) => (gpus === 'all' ? 17 : gpus)));
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
