import type { CatalogueModel, Engine, ProfileService } from '../model/profile.ts';
import { faultAt, unknownWord } from '../yaml/fields.ts';
import type { Fault, YamlPath } from '../yaml/read-yaml.ts';
import { readsFault } from './check-reads.ts';
import { isReference } from './is-reference.ts';
import type { ParsedProfile } from './parse-profile.ts';
import { referenceFault } from './reference-fault.ts';

/** Faults that show only beside the other files: names that nothing has, and models that an engine cannot take. */
export function checkProfile(
  parsed: ParsedProfile,
  engines: ReadonlyMap<string, Engine | null>,
  models: ReadonlyMap<string, CatalogueModel>,
): Fault[] {
  return parsed.profile.variants.flatMap(({ services }, variant) =>
    services.flatMap((service, index) => {
      const path = [...(parsed.places[variant] ?? []), 'services', index];
      return serviceFaults(parsed, service, path, engines, models);
    }),
  );
}

function serviceFaults(
  { document }: ParsedProfile,
  service: ProfileService,
  path: YamlPath,
  engines: ReadonlyMap<string, Engine | null>,
  models: ReadonlyMap<string, CatalogueModel>,
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
  if (engine && takesOneModel(engine) && service.models.length !== 1) {
    const message = `the engine ${JSON.stringify(engine.name)} serves exactly one model, not ${service.models.length}`;
    faults.push(faultAt(document, [...path, 'models'], message));
  }
  return faults;
}

function unknownModel(name: string, models: ReadonlyMap<string, CatalogueModel>): string | null {
  return models.has(name) ? null : unknownWord('model', name, [...models.keys()].sort());
}

function takesOneModel(engine: Engine): boolean {
  return engine.command.some((item) => item.includes('{model}') || item.includes('{name}'));
}
