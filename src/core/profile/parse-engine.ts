import type * as z from 'zod/mini';
import type { Engine, EngineSpan } from '../domain/profile.ts';
import { MAIN_SOURCES } from '../source/sources.ts';
import { parseAt } from '../yaml/parse-at.ts';
import { type Fault, readYaml, type YamlText } from '../yaml/read-yaml.ts';
import { engineSchema } from './engine-schema.ts';

/** Sources whose models are files under their own names, which every engine but Ollama reads. */
const PLAIN_FILES = MAIN_SOURCES.filter(({ store }) => store.layout !== 'ollama').map(({ id }) => id);

/** An engine as its file describes it. */
export interface ParsedEngine {
  /** null if the file has faults */
  readonly engine: Engine | null;
  readonly faults: readonly Fault[];
}

/** Parses `compose/engines/<name>.yaml`. Reports all faults of the file. */
export function parseEngine(source: YamlText, name: string): ParsedEngine {
  const document = readYaml(source);
  if (document.faults.length > 0) return { engine: null, faults: document.faults };
  const parsed = parseAt(engineSchema, document);
  return parsed.ok
    ? { engine: { name, ...engineOf(parsed.value) }, faults: [] }
    : { engine: null, faults: parsed.faults };
}

/** Adds the defaults of docs/engines.md. */
function engineOf(file: z.output<typeof engineSchema>): Omit<Engine, 'name'> {
  return {
    ...imagesOf(file),
    ...releaseOf(file),
    ...gpuUseOf(file),
    reads: file.reads ?? PLAIN_FILES,
    loads: file.loads ?? null,
    context: file.context ?? 4096,
    concurrency: file.concurrency ?? 1,
    ulimits: file.ulimits ?? {},
    port: file.port ?? null,
    command: file.command,
    environment: file.environment ?? {},
    loadedPath: file.loaded_path ?? null,
    healthPath: file.health_path ?? null,
    modelsPath: file.models_path ?? null,
    metricsPath: file.metrics_path ?? null,
    inFlightMetric: file.in_flight_metric ?? null,
    chatPath: file.chat_path ?? null,
    healthTest: file.health_test ?? null,
    stopGraceSeconds: file.stop_grace ?? 10,
    ...filesOf(file),
  };
}

function filesOf({ cache_path, models_mount, config_file, api_key, span }: z.output<typeof engineSchema>) {
  return {
    cachePath: cache_path ?? null,
    modelsMount: models_mount ?? null,
    configFile: config_file ? { path: config_file.path, eachModel: config_file.each_model } : null,
    ...(api_key && { apiKey: api_key }),
    ...(span && { span: spanOf(span) }),
  } as const;
}

function spanOf(span: NonNullable<z.output<typeof engineSchema>['span']>): EngineSpan {
  return {
    network: span.network ?? 'bridge',
    port: span.port,
    ownImage: span.own_image ?? false,
    program: span.program,
    command: span.command ?? [],
    headCommand: span.head_command ?? [],
    memberProgram: span.member_program ?? null,
    memberCommand: span.member_command ?? [],
    environment: span.environment ?? {},
  };
}

/** The reader of the files names an image that is built. */
function imagesOf(file: z.output<typeof engineSchema>) {
  return {
    image: file.image ?? '',
    ...(file.build && { buildContext: file.build }),
    cpuImage: file.cpu_image ?? null,
    imagesByCompute: file.images_by_compute ?? {},
  } as const;
}

function releaseOf(file: z.output<typeof engineSchema>) {
  return {
    release: file.release ?? null,
    released: file.released ?? null,
    flagAliases: file.flag_aliases ?? {},
    abbreviatedFlags: file.abbreviated_flags ?? false,
  } as const;
}

function gpuUseOf(file: z.output<typeof engineSchema>) {
  return {
    gpu: file.gpu ?? 'none',
    minCompute: file.min_compute ?? null,
    minDriver: file.min_driver ?? null,
    sharesGpu: file.shares_gpu ?? false,
    memory: file.memory ?? 'full',
    overheadBytes: file.overhead ?? 0,
    gpuCommand: file.gpu_command ?? [],
    sharedCommand: file.shared_command ?? [],
    exclusiveCommand: file.exclusive_command ?? [],
    parallelCommand: file.parallel_command ?? [],
    gpuEnvironment: file.gpu_environment ?? {},
    parallelShmBytes: file.parallel_shm ?? null,
  } as const;
}
