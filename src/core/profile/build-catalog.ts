import type { Catalog, CatalogModel, Engine, Profile, ProfileOrigin } from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';
import type { Fault, YamlText } from '../yaml/read-yaml.ts';
import { checkProfile } from './check-profile.ts';
import { parseEngine } from './parse-engine.ts';
import { parseModels } from './parse-models.ts';
import { parseProfile } from './parse-profile.ts';

/** One file of `profiles/` or `compose/engines/`. */
export interface DataFile extends YamlText {
  readonly kind: 'profile' | 'engine' | 'models';
  /** the file's name without its ending */
  readonly name: string;
  /** of the user's own folder; shipped unless told */
  readonly own?: boolean;
}

/**
 * Reads all data files together: of two profiles or engines of one name the later file wins, entries of a later
 * `models.yaml` replace those of an earlier one.
 * @throws RmaError RMA_DATA_INVALID exit 2, with every fault of every file as file:line:column
 */
export function buildCatalog(files: readonly DataFile[]): Catalog {
  const faults: Fault[] = files.flatMap(nameFaults);
  const engines = readEngines(lastOfEachName(files, 'engine'), faults);
  const models = readModels(files, faults);
  const profiles = new Map<string, Profile>();
  for (const file of lastOfEachName(files, 'profile')) {
    const parsed = parseProfile(file, file.name);
    profiles.set(file.name, parsed.profile);
    faults.push(...parsed.faults, ...checkProfile(parsed, engines, models));
  }
  if (faults.length > 0) throw dataInvalid(faults);
  return {
    profiles,
    models,
    origins: originsOf(files),
    engines: new Map([...engines].flatMap(([name, e]) => (e ? [[name, e]] : []))),
  };
}

function originsOf(files: readonly DataFile[]): ReadonlyMap<string, ProfileOrigin> {
  const origins = new Map<string, ProfileOrigin>();
  for (const { kind, name, file, own = false } of files) {
    if (kind === 'profile') origins.set(name, { file, own, replaces: origins.get(name)?.file ?? null });
  }
  return origins;
}

/** An engine whose file is broken stands as null: it exists, so profiles that name it are not at fault. */
function readEngines(files: readonly DataFile[], faults: Fault[]): Map<string, Engine | null> {
  return new Map(
    files.map((file) => {
      const parsed = parseEngine(file, file.name);
      faults.push(...parsed.faults);
      return [file.name, parsed.engine];
    }),
  );
}

function readModels(files: readonly DataFile[], faults: Fault[]): Map<string, CatalogModel> {
  const models = new Map<string, CatalogModel>();
  for (const file of files.filter(({ kind }) => kind === 'models')) {
    const parsed = parseModels(file);
    faults.push(...parsed.faults);
    for (const model of parsed.models) models.set(model.name, model);
  }
  return models;
}

function lastOfEachName(files: readonly DataFile[], kind: DataFile['kind']): DataFile[] {
  const byName = new Map(files.filter((file) => file.kind === kind).map((file) => [file.name, file]));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Names become parts of Compose services and secrets. `worker` is the service that every profile has. */
function nameFaults({ kind, name, file }: DataFile): Fault[] {
  if (kind === 'models' || (/^[a-z0-9][a-z0-9-]{0,39}$/.test(name) && name !== 'worker')) return [];
  const message =
    name === 'worker'
      ? `"worker" cannot be a name here: every profile has a service of that name`
      : `${JSON.stringify(name)} cannot be the name of a ${kind}: lower-case letters, digits and - only, at most 40`;
  return [{ file, line: 1, column: 1, message }];
}

function dataInvalid(unsorted: readonly Fault[]): RmaError {
  const order = [...new Set(unsorted.map(({ file }) => file))];
  const faults = [...unsorted].sort(
    (a, b) => order.indexOf(a.file) - order.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
  const lines = faults.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
  return new RmaError('RMA_DATA_INVALID', `${count} in profiles, engines or models:\n${lines.join('\n')}`, {
    exitCode: EXIT.usage,
    hint: 'edit the file at the place named',
    details: { faults },
  });
}
