import type {
  Catalog,
  Engine,
  Profile,
  ProfileService,
  ProfileVariant,
  ServiceSettings,
} from '../domain/profile.ts';
import { unknownWord } from '../nearest.ts';
import { overlaps } from '../path-within.ts';
import { kindOf } from '../profile/requested-services.ts';
import { serviceConflicts } from '../profile/service-conflicts.ts';
import type { ServiceFile } from '../profile/service-schema.ts';
import { type ConfigFault, configError } from './fault.ts';

type Settings = Readonly<Record<string, ServiceSettings>>;

/**
 * Returns the catalog with the settings of services in rma.yaml. They apply to every variant of the profile in whose name the
 * service runs, and to equal services of other profiles without settings of their own, so that these still run once.
 * @throws RmaError RMA_CONFIG_INVALID exit 2, with all faults
 */
export function withServiceSettings(catalog: Catalog, settings: Settings): Catalog {
  if (Object.keys(settings).length === 0) return catalog;
  const faults = [...unknownServices(catalog, settings), ...invalidServices(catalog, settings)];
  if (faults.length > 0) throw configError(faults);
  const shared = settingsByKind(catalog, settings);
  const profiles = [...catalog.profiles].map(([name, profile]) => {
    const changed = changeServices(profile, (service, key) => {
      const found = settings[key] ?? shared.get(kindOf(catalog, profile, service));
      return found === undefined ? service : changedService(service, found);
    });
    return [name, changed] as const;
  });
  return { ...catalog, profiles: new Map(profiles) };
}

/** Returns the service with its settings; flags are added. A lower limit also lowers the reservation of the profile. */
function changedService(service: ProfileService, settings: ServiceSettings): ProfileService {
  const { where: _, flags = [], environment, ...changes } = settings;
  const changed = { ...service, ...changes, flags: [...service.flags, ...flags] };
  const { memoryBytes, memoryReservationBytes } = changed;
  const tooHigh =
    memoryBytes !== null && memoryReservationBytes !== null && memoryReservationBytes > memoryBytes;
  return {
    ...changed,
    ...(environment && { environment: { ...service.environment, ...environment } }),
    memoryReservationBytes:
      tooHigh && settings.memoryReservationBytes === undefined ? memoryBytes : memoryReservationBytes,
  };
}

function unknownServices(catalog: Catalog, settings: Settings): readonly ConfigFault[] {
  const known = [...catalog.profiles.values()].flatMap((profile) =>
    profile.variants.flatMap((variant) => servicesOf(profile, variant).map(([name]) => name)),
  );
  const names = [...new Set(known)].sort();
  return Object.entries(settings)
    .filter(([name]) => !names.includes(name))
    .map(([name, { where }]) => ({ where, message: `services: ${unknownWord('service', name, names)}` }));
}

/** Returns what the engines of the services do not support, once for each setting. */
function invalidServices(catalog: Catalog, settings: Settings): readonly ConfigFault[] {
  const faults = new Map<string, ConfigFault>();
  for (const profile of catalog.profiles.values()) {
    for (const [name, service] of profile.variants.flatMap((variant) => servicesOf(profile, variant))) {
      const changes = settings[name];
      const engine = catalog.engines.get(service.engine);
      if (changes === undefined || engine === undefined) continue;
      for (const message of conflictsOf(engine, changedService(service, changes), changes)) {
        const fault = { where: changes.where, message: `services.${name}: ${message}` };
        faults.set(`${fault.where} ${message}`, fault);
      }
    }
  }
  return [...faults.values()];
}

function conflictsOf(engine: Engine, service: ProfileService, changes: ServiceSettings): readonly string[] {
  const { flags = [], environment, extraVolumes } = changes;
  const file: Partial<ServiceFile> = {
    engine: engine.name,
    flags: [...flags],
    memory: service.memoryBytes,
    memory_reservation: service.memoryReservationBytes,
    gpus: typeof service.gpus === 'object' ? [...service.gpus] : service.gpus,
    replicas: service.replicas,
    utilization: service.utilization,
    environment: environment ?? null,
  };
  const known = { engines: new Map([[engine.name, engine]]), models: new Map() };
  const own = [engine.cachePath, engine.modelsMount, engine.configFile?.path ?? null];
  const taken = own.find((path) =>
    (extraVolumes ?? []).some((volume) => path !== null && overlaps(volume.path, path)),
  );
  return [
    ...serviceConflicts(file, known).map(({ message }) => message),
    ...apiKeyConflicts(engine, changes),
    ...(taken === undefined ? [] : [`a mount overlaps ${taken}, which engine "${engine.name}" uses`]),
  ];
}

function apiKeyConflicts(
  { name, apiKey }: Engine,
  { apiKeyFile, environment }: ServiceSettings,
): readonly string[] {
  if (!apiKeyFile) return [];
  if (apiKey === undefined) return [`engine ${JSON.stringify(name)} cannot read an API key from a file`];
  const isSet = Object.hasOwn(environment ?? {}, apiKey.variable);
  return isSet ? [`rma sets ${apiKey.variable} itself if "api_key_file" is set`] : [];
}

/** Returns the settings of each kind of service, for services that other profiles have too. */
function settingsByKind(catalog: Catalog, settings: Settings): ReadonlyMap<string, ServiceSettings> {
  const kinds = new Map<string, ServiceSettings>();
  for (const profile of catalog.profiles.values()) {
    for (const [name, service] of profile.variants.flatMap((variant) => servicesOf(profile, variant))) {
      const found = settings[name];
      const kind = kindOf(catalog, profile, service);
      if (found !== undefined && !kinds.has(kind)) kinds.set(kind, found);
    }
  }
  return kinds;
}

type Change = (service: ProfileService, name: string) => ProfileService;

function changeServices(profile: Profile, change: Change): Profile {
  const changed = (variant: ProfileVariant): ProfileVariant => {
    const services = servicesOf(profile, variant).map(([name, service]) => change(service, name));
    return { ...variant, services };
  };
  const [first, ...rest] = profile.variants;
  return { ...profile, variants: [changed(first), ...rest.map(changed)] };
}

/** Returns the services of a variant by the names that they run under; replicas have that of the first one. */
function servicesOf(
  { name }: Profile,
  { services }: ProfileVariant,
): readonly (readonly [name: string, service: ProfileService])[] {
  const counts = new Map<string, number>();
  return services.map((service) => {
    const before = counts.get(service.engine) ?? 0;
    counts.set(service.engine, before + service.replicas);
    return [`${name}-${service.engine}${before === 0 ? '' : `-${before + 1}`}`, service] as const;
  });
}
