import type { Catalog } from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';
import type { ComposeFiles, ComposeService, Notice } from './compose-model.ts';
import { convertService, memoryOf, selectedGpus, visibleGpus } from './convert-service.ts';
import { findEngine, type ServiceKind } from './find-engine.ts';
import { findStore } from './find-store.ts';
import { fitService } from './fit-service.ts';
import { type ImportedService, type ImportedWorker, placeService } from './place-services.ts';
import { isPuller, pulledModels } from './pulled-models.ts';
import { leftOutVariables, serviceTraps } from './service-traps.ts';
import { extended, mountNotices, portNotices, workerVariables } from './unread-keys.ts';
import { type ImportedFiles, writeImported } from './write-imported.ts';

export interface ImportRequest {
  readonly files: ComposeFiles;
  readonly catalog: Catalog;
  /** names of the files, for comments */
  readonly names: readonly string[];
  /** as `volumes.store`; null: that of the files */
  readonly store: string | null;
  /** directory of the files if it is not that of the project: relative paths start there */
  readonly base: string | null;
}

/** The files of a project, by path, and what was corrected or left out. */
export interface ImportedProject {
  readonly files: ImportedFiles;
  readonly notices: readonly Notice[];
}

/**
 * Converts the services of Compose files that rma has engines or workers for.
 * @throws RmaError RMA_COMPOSE_IMPORT_NOTHING (2) if there is none
 */
export function convertCompose(request: ImportRequest): ImportedProject {
  const { files, catalog } = request;
  const services = [...files.services.values()];
  const kinds = new Map(services.map((service) => [service, kindOf(service, request)] as const));
  const notices: Notice[] = [
    ...files.notices,
    ...[...kinds].flatMap(([source, { kind }]) => unconverted(source, kind, services)),
  ];
  const imported: ImportedService[] = [];
  const workers: ImportedWorker[] = [];
  const taken = new Set<string>();
  for (const [source, kind] of kinds) {
    if (kind.kind === 'profile') workers.push(workerOf(source, kind.profile));
    if (kind.kind !== 'engine') continue;
    const converted = convertService(source, kind.engine, pulledModels(services));
    const fitted = converted.service === null ? null : fitService(converted.service, catalog, source.where);
    notices.push(...converted.notices, ...(fitted?.notices ?? []));
    if (fitted === null || fitted.service === null) continue;
    const placed = placeService(fitted.service, source.name, { catalog, taken });
    taken.add(placed.profile);
    imported.push({ ...placed, source });
  }
  const used = [...imported, ...workers].map(({ source }) => source);
  if (used.length === 0) throw nothing(request, notices);
  const store = findStore(request, used);
  const whole = withoutOverlap(imported, used);
  notices.push(...used.flatMap(serviceNotices), ...store.notices, ...whole.notices);
  return {
    files: writeImported({
      ...request,
      imported: whole.imported,
      workers,
      store: request.store ?? store.spec,
    }),
    notices: inFileOrder(notices),
  };
}

function kindOf(service: ComposeService, { files, catalog }: ImportRequest): ServiceKind {
  if (isPuller(service, [...files.services.values()])) return { kind: 'other' };
  return findEngine(service, [...catalog.profiles.keys()], [...catalog.engines.keys()]);
}

/** Returns what is left out of a service that no engine runs. */
function unconverted(
  source: ComposeService,
  kind: ServiceKind['kind'],
  services: readonly ComposeService[],
): readonly Notice[] {
  if (kind === 'profile')
    return [...ownProgram(source), ...leftOutVariables(source), ...workerVariables(source)];
  return kind === 'other' ? [skipped(source, services), ...extended(source)] : [];
}

/** The services of a profile run instead of the program in the worker's image. */
function ownProgram({ name, where, image, build, entrypoint, command }: ComposeService): readonly Notice[] {
  const parts = [
    ...(build ? ['its build'] : image === null ? [] : [image.value]),
    ...(entrypoint.length + command.length > 0 ? ['its command'] : []),
  ];
  if (parts.length === 0) return [];
  const message = `${name}: the engines of its profile replace ${parts.join(' and ')}; to run a program of your own too: docs/engines.md`;
  return [{ kind: 'note', where, message }];
}

function serviceNotices(service: ComposeService): readonly Notice[] {
  return [...serviceTraps(service), ...service.unread, ...mountNotices(service), ...portNotices(service)];
}

function workerOf(source: ComposeService, profile: string): ImportedWorker {
  const ids = source.devices.flatMap(({ value }) => value.ids);
  const named = visibleGpus(source) ?? selectedGpus(source) ?? [];
  return { profile, source, ...memoryOf(source), gpus: ids.length > 0 ? ids : named };
}

function skipped(source: ComposeService, services: readonly ComposeService[]): Notice {
  const { name, where, image } = source;
  if (isPuller(source, services)) {
    return { kind: 'note', where, message: `${name} only pulls models, which the worker of rma does` };
  }
  const what = image === null ? 'a service without an image' : image.value;
  return {
    kind: 'skipped',
    where,
    message: `${name} (${what}) is not an engine that rma supports; keep it in a Compose file, or add an engine: docs/engines.md`,
  };
}

/** `count: all` next to another service with a GPU gives both the same one. */
function withoutOverlap(
  imported: readonly ImportedService[],
  used: readonly ComposeService[],
): { readonly imported: readonly ImportedService[]; readonly notices: readonly Notice[] } {
  const onGpus = used.filter((source) => source.devices.length > 0 || visibleGpus(source) !== null);
  const greedy = onGpus.flatMap((source) =>
    source.devices.filter(({ value }) => value.count === 'all').map(({ where }) => ({ source, where })),
  );
  if (onGpus.length < 2 || greedy.length === 0) return { imported, notices: [] };
  const notices = greedy.map(({ source, where }): Notice => {
    const others = onGpus.filter((each) => each !== source).map(({ name }) => name);
    const message = `${source.name} requests all GPUs, also those of ${others.join(', ')}; rma gives each service its own`;
    return { kind: 'corrected', where, message };
  });
  const reduced = imported.map((each) =>
    each.service.gpus === 'all' ? { ...each, service: { ...each.service, gpus: 1 } } : each,
  );
  return { imported: reduced, notices };
}

function inFileOrder(notices: readonly Notice[]): readonly Notice[] {
  return notices.toSorted((a, b) => a.where.localeCompare(b.where, 'en', { numeric: true }));
}

function nothing({ names }: ImportRequest, notices: readonly Notice[]): RmaError {
  const reasons = notices
    .filter(({ kind }) => kind === 'skipped')
    .map(({ where, message }) => `${where}: ${message}`);
  return new RmaError(
    'RMA_COMPOSE_IMPORT_NOTHING',
    [`no service of ${names.join(', ')} can be converted`, ...reasons].join('\n'),
    {
      exitCode: EXIT.usage,
      hint: 'nothing was written; to list the engines and workers of rma: rma engines ls, rma profiles ls',
    },
  );
}
