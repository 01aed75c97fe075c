import type { Catalog } from '../domain/profile.ts';
import { toYaml } from '../yaml/yaml-text.ts';
import type { ComposeService } from './compose-model.ts';
import type { ConvertedService } from './convert-service.ts';
import type { ImportedService, ImportedWorker } from './place-services.ts';

/** Path relative to the project → text. */
export type ImportedFiles = ReadonlyMap<string, string>;

interface ImportedParts {
  readonly catalog: Catalog;
  readonly names: readonly string[];
  readonly imported: readonly ImportedService[];
  readonly workers: readonly ImportedWorker[];
  /** null: the default */
  readonly store: string | null;
}

/** Returns `rma.yaml`, and a profile for each service that no shipped profile runs. */
export function writeImported(parts: ImportedParts): ImportedFiles {
  const { imported, names } = parts;
  const own = imported.filter(({ variant }) => variant === null);
  const profiles = own.map(({ profile, service, source }) => {
    const header = `# Converted from the service ${source.name} of ${names.join(', ')}. See docs/profiles.md for all keys.\n`;
    const file = {
      description: `${source.name}: ${service.models.join(', ')}`,
      services: [serviceFile(service)],
    };
    return [`profiles/${profile}.yaml`, header + toYaml(file)] as const;
  });
  return new Map([['rma.yaml', rmaYaml(parts)], ...profiles]);
}

function rmaYaml(parts: ImportedParts): string {
  const { imported, workers, names, store } = parts;
  const profiles = [...new Set([...imported, ...workers].map(({ profile }) => profile))];
  const sections: readonly (readonly [comment: string, content: Readonly<Record<string, unknown>>])[] = [
    [profileComment(parts), { profiles }],
    ['Where models are stored.', store === null ? {} : { volumes: { store } }],
    ['The variants that run the models of the Compose files.', filled('variants', variantsOf(imported))],
    [
      'GPUs by index, as in the Compose files; rma assigns them by UUID.',
      filled('gpu', filled('pins', pinsOf(parts))),
    ],
    ['Settings of the containers.', filled('services', servicesOf(parts))],
    ['Published ports, on 127.0.0.1.', filled('ports', portsOf(imported))],
  ];
  const texts = sections
    .filter(([, content]) => Object.keys(content).length > 0)
    .map(([comment, content]) => `# ${comment.replaceAll('\n', '\n# ')}\n${toYaml(content)}`);
  return [`# Converted from ${names.join(', ')}. See docs/config.md for all settings.\n`, ...texts].join(
    '\n',
  );
}

function profileComment({ imported, workers }: ImportedParts): string {
  const lines = [...imported, ...workers].map(
    ({ source, profile }) => `${source.name} runs as profile ${profile}`,
  );
  return ['Worker profiles; rma profiles ls lists all.', ...lines].join('\n');
}

/** A profile of its own has its settings in its file. */
function servicesOf({ imported, workers, catalog }: ImportedParts): Readonly<Record<string, unknown>> {
  const shipped = imported.filter(({ variant }) => variant !== null);
  const entries = shipped.map(({ profile, service }) => {
    const {
      engine,
      models: _,
      ...changes
    } = serviceFile({ ...service, gpus: typeof service.gpus === 'object' ? 1 : service.gpus });
    return [`${profile}-${engine}`, changes] as const;
  });
  const limits = workers.flatMap(({ profile, memory, memoryReservation }) => {
    const engine = onlyEngine(catalog, profile);
    const changes = { ...given('memory', memory), ...given('memory_reservation', memoryReservation) };
    return engine === null ? [] : [[`${profile}-${engine}`, changes] as const];
  });
  return Object.fromEntries([...entries, ...limits].filter(([, changes]) => Object.keys(changes).length > 0));
}

/** Returns the engine of a profile whose variants all have one service with it. */
export function onlyEngine({ profiles }: Pick<Catalog, 'profiles'>, name: string): string | null {
  const variants = profiles.get(name)?.variants ?? [];
  const engines = new Set(variants.flatMap(({ services }) => services.map(({ engine }) => engine)));
  const isSingle = variants.every(({ services }) => services.length === 1) && engines.size === 1;
  return isSingle ? ([...engines][0] ?? null) : null;
}

function variantsOf(imported: readonly ImportedService[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    imported.flatMap(({ profile, variant }) => (variant === null ? [] : [[profile, variant]])),
  );
}

function pinsOf({ imported, workers }: ImportedParts): Readonly<Record<string, string>> {
  const services = imported.flatMap(({ profile, variant, service: { gpus } }) =>
    variant !== null && typeof gpus === 'object' ? [[profile, gpus.join('+')] as const] : [],
  );
  const pinned = workers.flatMap(({ profile, gpus }) =>
    gpus.length > 0 ? [[profile, gpus.join('+')] as const] : [],
  );
  return Object.fromEntries([...services, ...pinned]);
}

function portsOf(imported: readonly ImportedService[]): Readonly<Record<string, number>> {
  const ports = imported.flatMap(({ profile, service: { engine }, source }) => {
    const port = publishedPort(source);
    return port === null ? [] : [[`${profile}-${engine}`, port] as const];
  });
  return Object.fromEntries(ports);
}

function publishedPort({ ports }: ComposeService): number | null {
  const published = ports.flatMap(({ value }) => /(?:^|:)(\d{1,5}):\d{1,5}$/.exec(value)?.[1] ?? []);
  return published[0] === undefined ? null : Number(published[0]);
}

function serviceFile(
  service: ConvertedService,
): Readonly<Record<string, unknown>> & { readonly engine: string } {
  const { engine, models, gpus, flags, environment } = service;
  return {
    engine,
    models,
    ...(gpus !== 1 && { gpus }),
    ...given('context', service.context),
    ...given('concurrency', service.concurrency),
    ...given('utilization', service.utilization),
    ...given('memory', service.memory),
    ...given('memory_reservation', service.memoryReservation),
    ...(flags.length > 0 && { flags }),
    ...(Object.keys(environment).length > 0 && { environment }),
  };
}

function given(key: string, value: string | number | null): Readonly<Record<string, unknown>> {
  return value === null ? {} : { [key]: value };
}

function filled(key: string, content: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.keys(content).length === 0 ? {} : { [key]: content };
}
