import type {
  Catalog,
  CatalogModel,
  DataOrigin,
  Engine,
  Profile,
  ProfileVariant,
} from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';
import type { Fault } from '../yaml/read-yaml.ts';
import type { DataFile } from './data-file.ts';
import { servedModels } from './find-model.ts';
import { expandSets, withSetMembers } from './model-sets.ts';
import { parseEngine } from './parse-engine.ts';
import { parseModels } from './parse-models.ts';
import { parseProfile } from './parse-profile.ts';
import { type CatalogContent, preparedCatalog } from './prepared-catalog.ts';
import { profileSchema } from './profile-schema.ts';
import type { KnownData } from './service-conflicts.ts';

/**
 * Parses all data files together. Of two profiles or engines with the same name the later file wins; entries of a later
 * `models.yaml` replace those of an earlier one.
 * @throws RmaError RMA_DATA_INVALID exit 2, with every fault of every file as file:line:column
 */
export function buildCatalog(files: readonly DataFile[]): Catalog {
  return {
    ...(preparedCatalog(files) ?? parseCatalog(files)),
    origins: originsOf(files, 'profile'),
    engineOrigins: originsOf(files, 'engine'),
  };
}

function parseCatalog(files: readonly DataFile[]): CatalogContent {
  const faults: Fault[] = files.flatMap(nameFaults);
  const engines = readEngines(lastOfEachName(files, 'engine'), faults);
  const models = readModels(files, faults);
  const profiles = readProfiles(lastOfEachName(files, 'profile'), { engines, models }, faults);
  if (faults.length > 0) throw dataInvalid(faults);
  const known = { profiles: valid(profiles), models: valid(models) };
  return { ...known, engines: valid(engines), served: servedModels(known) };
}

function originsOf(files: readonly DataFile[], kind: 'profile' | 'engine'): ReadonlyMap<string, DataOrigin> {
  const origins = new Map<string, DataOrigin>();
  for (const { kind: each, name, file, own = false } of files) {
    if (each === kind) origins.set(name, { file, own, replaces: origins.get(name)?.file ?? null });
  }
  return origins;
}

/** Returns the entries without faults. */
function valid<T>(entries: ReadonlyMap<string, T | null>): ReadonlyMap<string, T> {
  return new Map([...entries].flatMap(([name, entry]) => (entry === null ? [] : [[name, entry]])));
}

function readEngines(files: readonly DataFile[], faults: Fault[]): Map<string, Engine | null> {
  return new Map(
    files.map((file) => {
      const parsed = parseEngine(file, file.name);
      faults.push(...parsed.faults);
      return [file.name, parsed.engine];
    }),
  );
}

function readModels(files: readonly DataFile[], faults: Fault[]): ReadonlyMap<string, CatalogModel | null> {
  const models = files
    .filter(({ kind }) => kind === 'models')
    .flatMap((file) => {
      const parsed = parseModels(file);
      faults.push(...parsed.faults);
      return [...parsed.models];
    });
  return withSetMembers(new Map(models));
}

function readProfiles(
  files: readonly DataFile[],
  known: KnownData,
  faults: Fault[],
): Map<string, Profile | null> {
  const schema = profileSchema(known);
  return new Map(
    files.map((file) => {
      const parsed = parseProfile(file, file.name, schema);
      faults.push(...parsed.faults);
      return [file.name, parsed.profile === null ? null : withoutSets(parsed.profile, known)];
    }),
  );
}

/** Returns a profile with the models of its sets. */
function withoutSets(profile: Profile, { models }: KnownData): Profile {
  const expand = ({ name, services }: ProfileVariant): ProfileVariant => ({
    name,
    services: services.map((service) => ({ ...service, models: expandSets(service.models, models) })),
  });
  const [first, ...rest] = profile.variants;
  return { ...profile, variants: [expand(first), ...rest.map(expand)] };
}

function lastOfEachName(files: readonly DataFile[], kind: DataFile['kind']): DataFile[] {
  const byName = new Map(files.filter((file) => file.kind === kind).map((file) => [file.name, file]));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Names become parts of Compose services and secrets; every profile has a service named `worker`. */
function nameFaults({ kind, name, file }: DataFile): Fault[] {
  if (kind === 'models' || (/^[a-z0-9][a-z0-9-]{0,39}$/.test(name) && name !== 'worker')) return [];
  const message =
    name === 'worker'
      ? 'the name "worker" is reserved: every profile has a service of that name'
      : `${JSON.stringify(name)} is not a valid name for a ${kind}: use at most 40 lower-case letters, digits and -`;
  return [{ file, line: 1, column: 1, message }];
}

function dataInvalid(unsorted: readonly Fault[]): RmaError {
  const order = [...new Set(unsorted.map(({ file }) => file))];
  const faults = [...unsorted].sort(
    (a, b) => order.indexOf(a.file) - order.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
  const lines = faults.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
  const count = faults.length === 1 ? '1 error' : `${faults.length} errors`;
  return new RmaError('RMA_DATA_INVALID', `${count} in profiles, engines or models:\n${lines.join('\n')}`, {
    exitCode: EXIT.usage,
    hint: 'fix each file at the line shown',
    details: { faults },
  });
}
