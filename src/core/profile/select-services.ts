import { EXIT, RmaError } from '../errors.ts';
import type { Catalogue, Profile, ProfileVariant } from '../model/profile.ts';
import type { SelectedProfile, SelectedService, Selection } from '../model/selection.ts';
import { unknownWord } from '../yaml/fields.ts';
import { findModel } from './find-model.ts';

/**
 * The services of the named profiles. One engine with the same models and flags runs once, whoever asks,
 * under the larger of the memory limits.
 * @throws RmaError RMA_PROFILE_UNKNOWN exit 2
 */
export function selectServices(
  catalogue: Catalogue,
  profiles: readonly string[],
  variants: ReadonlyMap<string, string> = new Map(),
): Selection {
  const chosen = [...new Set(profiles)].sort().map((name) => findProfile(catalogue, name));
  const taken = new Set(['coordinator', ...chosen.map(workerOf)]);
  const services = new Map<string, SelectedService>();
  const selected = chosen.map((profile): SelectedProfile => {
    const variant = findVariant(profile, variants.get(profile.name));
    const mine = servicesOf(catalogue, profile, variant, services, taken);
    return {
      name: profile.name,
      description: profile.description,
      variant: variant.name,
      worker: workerOf(profile),
      services: sortedOnce(mine.map(({ service }) => service)),
      refs: sortedOnce(mine.flatMap(({ models }) => models.map(({ ref }) => ref))),
    };
  });
  return {
    profiles: selected,
    services: [...services.values()],
    refs: sortedOnce(selected.flatMap(({ refs }) => refs)),
  };
}

function findProfile(catalogue: Catalogue, name: string): Profile {
  const profile = catalogue.profiles.get(name);
  if (profile !== undefined) return profile;
  const known = [...catalogue.profiles.keys()].sort();
  throw new RmaError('RMA_PROFILE_UNKNOWN', unknownWord('profile', name, known), {
    exitCode: EXIT.usage,
    hint: `use one of: ${known.join(', ')}; or write profiles/<name>.yaml beside rma.yaml`,
    details: { profile: name, known },
  });
}

/** The named variant, the best without a name. @throws RmaError RMA_VARIANT_UNKNOWN exit 2 */
function findVariant(profile: Profile, name: string | undefined): ProfileVariant {
  const found =
    name === undefined ? profile.variants[0] : profile.variants.find((each) => each.name === name);
  if (found !== undefined) return found;
  const known = profile.variants.map((each) => each.name);
  throw new RmaError(
    'RMA_VARIANT_UNKNOWN',
    `profile ${profile.name}: ${unknownWord('variant', name ?? '', known)}`,
    { exitCode: EXIT.usage, hint: `--variant ${profile.name}=NAME with one of: ${known.join(', ')}` },
  );
}

/** Adds to `services`, by what they run, those that no earlier profile has. */
function servicesOf(
  catalogue: Catalogue,
  profile: Profile,
  variant: ProfileVariant,
  services: Map<string, SelectedService>,
  taken: Set<string>,
): SelectedService[] {
  return variant.services.map((asked) => {
    const { engine: engineName, models: names, flags, memoryBytes, gpus, exclusive } = asked;
    const engine = catalogue.engines.get(engineName);
    if (engine === undefined) throw new Error(`profile ${profile.name}: no engine ${engineName}`);
    const models = names.map((name) => findModel(catalogue, name));
    const identity = JSON.stringify([
      engineName,
      models,
      flags,
      gpus,
      exclusive,
      asked.context,
      asked.concurrency,
      asked.maxLoaded,
    ]);
    const shared = services.get(identity);
    const selected: SelectedService =
      shared === undefined
        ? {
            service: freeName(`${profile.name}-${engineName}`, taken),
            profile: profile.name,
            engine,
            models,
            flags,
            memoryBytes,
            memoryReservationBytes: asked.memoryReservationBytes,
            gpus: engine.gpu === 'none' ? 0 : gpus,
            exclusive: exclusive || !engine.sharesGpu,
            context: asked.context ?? engine.context,
            concurrency: asked.concurrency ?? engine.concurrency,
            maxLoaded: asked.maxLoaded,
            replicaGroup: null,
          }
        : { ...shared, memoryBytes: largerLimit(shared.memoryBytes, memoryBytes) };
    services.set(identity, selected);
    return selected;
  });
}

function largerLimit(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.max(a, b);
}

/** The name itself, else with the first free number from 2: the first one keeps its name when a second is added. */
function freeName(name: string, taken: Set<string>): string {
  let candidate = name;
  for (let number = 2; taken.has(candidate); number += 1) candidate = `${name}-${number}`;
  taken.add(candidate);
  return candidate;
}

function workerOf(profile: Profile): string {
  return `${profile.name}-worker`;
}

function sortedOnce(items: readonly string[]): string[] {
  return [...new Set(items)].sort();
}
