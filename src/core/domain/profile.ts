import type { ServedModel } from './worker-config.ts';

/** One entry of `profiles/models.yaml`. */
export interface CatalogModel {
  readonly name: string;
  /** model reference */
  readonly ref: string;
  readonly kind: 'chat' | 'embedding' | 'vision';
  readonly license: string;
  readonly description: string;
  /** GPU memory it is known to need at its profile's context, bytes; counts where it is more than what is computed; null: none known */
  readonly gpuMemoryBytes: number | null;
  /** a model that the source lacks is told, and the rest goes on without it */
  readonly optional: boolean;
}

/** One engine that a profile runs, and the models it serves (catalog names or references). */
export interface ProfileService {
  readonly engine: string;
  readonly models: readonly string[];
  /** extra engine flags as a list */
  readonly flags: readonly string[];
  /** container memory limit, bytes; null for none */
  readonly memoryBytes: number | null;
  /** container memory reservation, bytes; null for none */
  readonly memoryReservationBytes: number | null;
  /** how many GPUs it spans, all of them, or these (index, UUID or the beginning of one); 0: the CPU */
  readonly gpus: number | 'all' | readonly string[];
  /** shares its GPUs with nobody */
  readonly exclusive: boolean;
  /** tokens of context; null: what the engine's file says */
  readonly context: number | null;
  /** requests at once, each with its whole context; null: what the engine's file says */
  readonly concurrency: number | null;
  /** copies, each on a GPU of its own */
  readonly replicas: number;
  /** models that the engine keeps in memory at once, for one that loads them on demand; null: all of them */
  readonly maxLoaded: number | null;
}

/** One way to run a profile: with these services. */
export interface ProfileVariant {
  readonly name: string;
  readonly services: readonly ProfileService[];
}

/** A named worker recipe: `profiles/<name>.yaml`. */
export interface Profile {
  readonly name: string;
  readonly description: string;
  /** smallest and recommended size of a GPU, bytes; null for none */
  readonly minGpuBytes: number | null;
  readonly recommendedGpuBytes: number | null;
  /** best first; a file with plain `services` has one, named `default` */
  readonly variants: readonly [ProfileVariant, ...ProfileVariant[]];
}

/** How one engine image is run: `compose/engines/<engine>.yaml`. */
export interface Engine {
  readonly name: string;
  readonly image: string;
  /** for services on the CPU; null: the same image */
  readonly cpuImage: string | null;
  /** compute capability → image, for engines that are built per generation of GPUs; `image` where none fits */
  readonly imagesByCompute: Readonly<Record<string, string>>;
  /** whether it works on GPUs: it must, it can, it never does */
  readonly gpu: 'required' | 'optional' | 'none';
  /** keeps to a bound of GPU memory, so that others can share the GPU; one that does not is exclusive */
  readonly sharesGpu: boolean;
  /** GPU memory beside weights and cache, bytes on each GPU */
  readonly overheadBytes: number;
  /** sources of models it reads */
  readonly reads: readonly ('hf' | 'url' | 'ollama' | 'ms')[];
  /** tokens of context and requests at once, where the profile says none */
  readonly context: number;
  readonly concurrency: number;
  /** port inside the container; on the host the first free one from here */
  readonly port: number;
  /**
   * One list item per argument. Items may hold `{model}` (path of the model in the container), `{name}` (served name),
   * `{port}`, `{context}`, `{concurrency}`, `{models}` (how many) and `{max_loaded}` (how many of them at once); those for GPUs also `{gpus}` (how many), `{share}`
   * (of a GPU's total memory, such as 0.72), `{kv_bytes}` and `{others_bytes}` (a GPU's total less what was promised),
   * each on one GPU.
   */
  readonly command: readonly string[];
  /** added on GPUs */
  readonly gpuCommand: readonly string[];
  /** added on GPUs: where it may share them, and where it has them alone */
  readonly sharedCommand: readonly string[];
  readonly exclusiveCommand: readonly string[];
  /** added on more than one GPU */
  readonly parallelCommand: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** added on GPUs, with the same words */
  readonly gpuEnvironment: Readonly<Record<string, string>>;
  /** size of /dev/shm on more than one GPU, bytes; null: Docker's */
  readonly parallelShmBytes: number | null;
  /** Compose's `ulimits` */
  readonly ulimits: Readonly<Record<string, number>>;
  /** path that tells which models are loaded, and where; a worker registers a model of such an engine once it is loaded as planned */
  readonly loadedPath: string | null;
  readonly healthPath: string;
  readonly modelsPath: string;
  readonly metricsPath: string | null;
  readonly inFlightMetric: string | null;
  /** path of the OpenAI chat endpoint, null where the engine has none */
  readonly chatPath: string | null;
  /** container health check, as Compose's `test` list; may hold `{port}` */
  readonly healthTest: readonly string[];
  readonly stopGraceSeconds: number;
  /** where the cache volume is mounted, for an engine that writes caches (its HOME belongs there); null for none */
  readonly cachePath: string | null;
}

/** The file of a profile or an engine. */
export interface DataOrigin {
  readonly file: string;
  /** from the user's own directory */
  readonly own: boolean;
  /** the file of the same name that it replaces; null for none */
  readonly replaces: string | null;
}

/** Everything read from `profiles/` and `compose/engines/`. */
export interface Catalog {
  /** by name of the profile */
  readonly origins: ReadonlyMap<string, DataOrigin>;
  /** by name of the engine */
  readonly engineOrigins: ReadonlyMap<string, DataOrigin>;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly engines: ReadonlyMap<string, Engine>;
  readonly models: ReadonlyMap<string, CatalogModel>;
  /** every model that `models` or a profile names, by that name or reference */
  readonly served: ReadonlyMap<string, ServedModel>;
}
