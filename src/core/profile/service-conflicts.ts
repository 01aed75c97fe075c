import type { CatalogModel, Engine } from '../domain/profile.ts';
import { unknownWord } from '../nearest.ts';
import type { Conflict } from '../schema/conflicts.ts';
import { readsFault } from './check-reads.ts';
import { GPU_VARIABLES } from './engine-schema.ts';
import { flagConflicts } from './flag-conflicts.ts';
import { isReference } from './is-reference.ts';
import { expandSets, isSetName, plainNames, setNames } from './model-sets.ts';
import { referenceFault } from './reference-fault.ts';
import { secretConflicts } from './secret-conflicts.ts';
import { DEFAULT_GPUS, type ServiceFile } from './service-schema.ts';

/** Engines and models by name; null for one with faults in its file: it exists, so profiles may use it. */
export interface KnownData {
  readonly engines: ReadonlyMap<string, Engine | null>;
  readonly models: ReadonlyMap<string, CatalogModel | null>;
}

/** Returns conflicts of a service with the other files: unknown names, and requirements that its engine does not support. */
export function serviceConflicts(service: Partial<ServiceFile>, known: KnownData): readonly Conflict[] {
  const engine = service.engine === undefined ? undefined : known.engines.get(service.engine);
  const unknown = engine === undefined ? unknownEngine(service, known) : null;
  const models = service.models ?? [];
  return [
    ...at(['engine'], unknown),
    ...models.flatMap((name, index) => at(['models', index], modelFault(name, engine ?? null, known))),
    ...(engine ? repeatedFlags(engine, service) : []),
    ...at(['models'], engine ? wrongCount(engine, service, known) : null),
    ...at(['gpus'], engine ? wrongGpus(engine, service) : null),
    ...at(['utilization'], engine ? wrongUtilization(engine, service) : null),
    ...(engine ? ownVariables(engine, service) : []),
    ...(engine ? secretConflicts(engine, service) : []),
    ...at(['replicas'], wrongReplicas(service)),
    ...at(['memory_reservation'], wrongReservation(service)),
  ];
}

function at(path: Conflict['path'], message: string | null): readonly Conflict[] {
  return message === null ? [] : [{ path, message }];
}

function unknownEngine({ engine }: Partial<ServiceFile>, { engines }: KnownData): string | null {
  return engine === undefined ? null : unknownWord('engine', engine, [...engines.keys()].sort());
}

function modelFault(name: string, engine: Engine | null, { models }: KnownData): string | null {
  const fault = isReference(name) ? referenceFault(name) : unknownModel(name, models);
  if (fault !== null || engine === null) return fault;
  const faults = expandSets([name], models).map((each) => readsFault(engine, each, models));
  return faults.find((each) => each !== null) ?? null;
}

function unknownModel(name: string, models: KnownData['models']): string | null {
  if (isSetName(name) && expandSets([name], models)[0] !== name) return null;
  const known = isSetName(name) ? setNames(models) : plainNames(models);
  return models.has(name) ? null : unknownWord(isSetName(name) ? 'set' : 'model', name, known);
}

function repeatedFlags(engine: Engine, { flags }: Partial<ServiceFile>): readonly Conflict[] {
  return flagConflicts(engine, flags ?? []).map(({ index, message }) => ({
    path: ['flags', index],
    message,
  }));
}

function wrongCount(engine: Engine, service: Partial<ServiceFile>, { models }: KnownData): string | null {
  const served = expandSets(service.models ?? [], models);
  if (service.models === undefined || served.length === 1 || !takesOneModel(engine)) return null;
  return `engine ${JSON.stringify(engine.name)} serves exactly one model, not ${served.length}`;
}

function takesOneModel({ command }: Engine): boolean {
  return command.some((item) => item.includes('{model}') || item.includes('{name}'));
}

function wrongGpus({ name, gpu }: Engine, { gpus }: Partial<ServiceFile>): string | null {
  const count = gpus ?? DEFAULT_GPUS;
  if (gpu === 'required' && count === 0) return `engine ${JSON.stringify(name)} needs a GPU, not 0`;
  const requestsGpus = count !== 0 && count !== DEFAULT_GPUS;
  return gpu === 'none' && requestsGpus ? `engine ${JSON.stringify(name)} uses no GPU` : null;
}

function wrongUtilization({ name, gpu }: Engine, { gpus, utilization }: Partial<ServiceFile>): string | null {
  if (utilization === undefined || utilization === null) return null;
  if (gpus === 0) return '"utilization" is a share of a GPU, but "gpus" is 0';
  return gpu === 'none'
    ? `"utilization" is a share of a GPU, but engine ${JSON.stringify(name)} uses none`
    : null;
}

const OWN_VARIABLES = [...GPU_VARIABLES, 'HF_HUB_OFFLINE'];

/** Returns conflicts for variables that rma or the engine's file sets. */
function ownVariables(engine: Engine, { environment }: Partial<ServiceFile>): readonly Conflict[] {
  return Object.keys(environment ?? {})
    .filter((name) => isOwnVariable(engine, name))
    .map((name) => ({
      path: ['environment', name],
      message: `rma sets ${name} of engine ${JSON.stringify(engine.name)} itself`,
    }));
}

function isOwnVariable({ environment, gpuEnvironment }: Engine, name: string): boolean {
  return OWN_VARIABLES.includes(name) || name in environment || name in gpuEnvironment;
}

function wrongReplicas({ replicas, gpus }: Partial<ServiceFile>): string | null {
  if ((replicas ?? 1) === 1 || typeof (gpus ?? DEFAULT_GPUS) === 'number') return null;
  return '"gpus" must be a number if "replicas" is set: each replica gets its own GPUs';
}

function wrongReservation(service: Partial<ServiceFile>): string | null {
  const { memory = null, memory_reservation: reservation = null } = service;
  if (memory === null || reservation === null) return null;
  return reservation > memory ? '"memory_reservation" must not exceed "memory"' : null;
}
