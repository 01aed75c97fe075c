import type { CatalogModel, Engine, ProfileService } from '../domain/profile.ts';
import { unknownWord } from '../nearest.ts';
import { faultAt } from '../yaml/fields.ts';
import type { Fault, YamlPath } from '../yaml/read-yaml.ts';
import { readsFault } from './check-reads.ts';
import { isReference } from './is-reference.ts';
import type { ParsedProfile } from './parse-profile.ts';
import { referenceFault } from './reference-fault.ts';

/** Faults that show only beside the other files: names that nothing has, and models that an engine cannot take. */
export function checkProfile(
  parsed: ParsedProfile,
  engines: ReadonlyMap<string, Engine | null>,
  models: ReadonlyMap<string, CatalogModel>,
): Fault[] {
  const services = parsed.profile.variants.flatMap((variant, at) =>
    variant.services.flatMap((service, index) => {
      const path = [...(parsed.places[at] ?? []), 'services', index];
      return serviceFaults(parsed, service, path, engines, models);
    }),
  );
  return [...profileFaults(parsed), ...services];
}

/** Two variants of one name, and sizes that contradict each other. */
function profileFaults({ profile, document, places }: ParsedProfile): Fault[] {
  const names = profile.variants.map(({ name }) => name);
  const twins = names.flatMap((name, at) => {
    if (name === '' || names.indexOf(name) === at) return [];
    const message = `variant ${JSON.stringify(name)} is given twice`;
    return [faultAt(document, [...(places[at] ?? []), 'name'], message)];
  });
  const { minGpuBytes, recommendedGpuBytes } = profile;
  const swapped = minGpuBytes !== null && recommendedGpuBytes !== null && minGpuBytes > recommendedGpuBytes;
  if (!swapped) return twins;
  return [...twins, faultAt(document, ['recommended_gpu_memory'], 'it is less than "min_gpu_memory"')];
}

function serviceFaults(
  { document }: ParsedProfile,
  service: ProfileService,
  path: YamlPath,
  engines: ReadonlyMap<string, Engine | null>,
  models: ReadonlyMap<string, CatalogModel>,
): Fault[] {
  const faults: Fault[] = [];
  if (service.engine !== '' && !engines.has(service.engine)) {
    const message = unknownWord('engine', service.engine, [...engines.keys()].sort());
    faults.push(faultAt(document, [...path, 'engine'], message));
  }
  const engine = engines.get(service.engine);
  service.models.forEach((model, item) => {
    const wrong = isReference(model) ? referenceFault(model) : unknownModel(model, models);
    const message = wrong ?? (engine ? readsFault(engine, model, models) : null);
    if (message !== null) faults.push(faultAt(document, [...path, 'models', item], message));
  });
  const against = (key: string, message: string | null): Fault[] =>
    message === null ? [] : [faultAt(document, [...path, key], message)];
  return [
    ...faults,
    ...against('models', engine ? wrongCount(engine, service) : null),
    ...against('gpus', engine ? wrongGpus(engine, service) : null),
    ...against('replicas', wrongReplicas(service)),
    ...against('memory_reservation', wrongReservation(service)),
  ];
}

function wrongCount(engine: Engine, { models }: ProfileService): string | null {
  if (!takesOneModel(engine) || models.length === 1) return null;
  return `the engine ${JSON.stringify(engine.name)} serves exactly one model, not ${models.length}`;
}

function wrongGpus({ name, gpu }: Engine, { gpus }: ProfileService): string | null {
  if (gpu === 'required' && gpus === 0) return `the engine ${JSON.stringify(name)} needs a GPU, not 0`;
  // one is what stands there when the file says nothing
  const asks = gpus !== 0 && gpus !== 1;
  return gpu === 'none' && asks ? `the engine ${JSON.stringify(name)} uses no GPU` : null;
}

function wrongReplicas({ replicas, gpus }: ProfileService): string | null {
  if (replicas === 1 || typeof gpus === 'number') return null;
  return 'copies stand on GPUs of their own: give "gpus" as a number';
}

function wrongReservation({ memoryBytes, memoryReservationBytes }: ProfileService): string | null {
  if (memoryBytes === null || memoryReservationBytes === null) return null;
  return memoryReservationBytes > memoryBytes ? 'it is more than the limit, "memory"' : null;
}

function unknownModel(name: string, models: ReadonlyMap<string, CatalogModel>): string | null {
  return models.has(name) ? null : unknownWord('model', name, [...models.keys()].sort());
}

function takesOneModel(engine: Engine): boolean {
  return engine.command.some((item) => item.includes('{model}') || item.includes('{name}'));
}
