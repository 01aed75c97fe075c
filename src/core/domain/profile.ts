import type { EngineMemory } from './engine-memory.ts';
import type { ServedModel } from './worker-config.ts';

/** One entry of `profiles/models.yaml`. */
export interface CatalogModel {
  readonly name: string;
  /** model reference */
  readonly ref: string;
  /** where it may come from, in order of preference: `lan` or canonical references, `ref` among them; absent: `ref` */
  readonly sources?: readonly string[] | undefined;
  readonly kind: 'chat' | 'embedding' | 'vision';
  readonly license: string;
  readonly description: string;
  /** known GPU memory need at the context of its profile, bytes; used if larger than the computed need; null: unknown */
  readonly gpuMemoryBytes: number | null;
  /** if its source does not have it, rma warns and continues without it */
  readonly optional: boolean;
  /** true: its weights may be pickles */
  readonly allowPickle?: true | undefined;
  /** names of the sets that contain it; absent: none */
  readonly sets?: readonly string[] | undefined;
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
  /** number of GPUs, all of them, or these (index, UUID or UUID prefix); 0: CPU */
  readonly gpus: number | 'all' | readonly string[];
  /** shares its GPUs with no other service */
  readonly exclusive: boolean;
  /** tokens of context; null: the engine's default */
  readonly context: number | null;
  /** concurrent requests, each with the full context; null: the engine's default */
  readonly concurrency: number | null;
  /** replicas, each on its own GPU */
  readonly replicas: number;
  /** most models loaded at the same time, for an engine that loads them on demand; null: all */
  readonly maxLoaded: number | null;
  /** fraction of each of its GPUs that it reserves; absent or null: what its models need */
  readonly utilization?: number | null;
  /** further variables; absent or null: none */
  readonly environment?: Readonly<Record<string, string>> | null;
  /** further mounts; absent or null: none */
  readonly extraVolumes?: readonly ExtraVolume[] | null;
  /** absolute path of the file with the key that clients must send; absent or null: none */
  readonly apiKeyFile?: string | null;
}

/** A directory of the host or an existing Docker volume that a service mounts besides the store. */
export interface ExtraVolume {
  /** `host`: an absolute path on the host */
  readonly source:
    | { readonly type: 'host'; readonly path: string }
    | { readonly type: 'named'; readonly name: string };
  /** absolute path in the container */
  readonly path: string;
  readonly readOnly: boolean;
}

/** What `rma.yaml` changes of a service; an absent key leaves it as in its profile. */
export type ServiceChanges = Partial<Omit<ProfileService, 'engine' | 'models'>>;

/** `services` of `rma.yaml`, one entry. */
export interface ServiceSettings extends ServiceChanges {
  /** where the entry is: `rma.yaml:12:3` */
  readonly where: string;
}

/** A set of services that can run a profile. */
export interface ProfileVariant {
  readonly name: string;
  readonly services: readonly ProfileService[];
}

/** A named worker recipe: `profiles/<name>.yaml`. */
export interface Profile {
  readonly name: string;
  readonly description: string;
  /** minimum and recommended GPU size, bytes; null for none */
  readonly minGpuBytes: number | null;
  readonly recommendedGpuBytes: number | null;
  /** preferred first; a file with plain `services` has one, named `default` */
  readonly variants: readonly [ProfileVariant, ...ProfileVariant[]];
}

/** How an engine gets the key that clients must send: as a file, because variables are visible to everyone on the host. */
export interface EngineApiKey {
  /** end of the file's name */
  readonly file: string;
  /** of the file, with `{key}` */
  readonly content: string;
  /** variable with the path of the file */
  readonly variable: string;
}

/** How an engine runs one model over several hosts. Lists are arguments, with the placeholders of docs/engines.md. */
export interface EngineSpan {
  /** `host`: the network of the host, for programs that open ports of their own */
  readonly network: 'bridge' | 'host';
  /** where the members listen, or, in the network of the host, the head */
  readonly port: number;
  /** the default image lacks what it needs */
  readonly ownImage: boolean;
  /** the program of the image, and its first arguments */
  readonly program: readonly string[];
  /** added on all hosts, and on the head */
  readonly command: readonly string[];
  readonly headCommand: readonly string[];
  /** another program for the members, which then load no models; null: that of the head */
  readonly memberProgram: readonly string[] | null;
  /** added on the members; all arguments of another program */
  readonly memberCommand: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** How to run one engine: `compose/engines/<engine>.yaml`. */
export interface Engine {
  readonly name: string;
  readonly image: string;
  /** directory with the Dockerfile from which rma builds `image`, absolute once the catalog is read; absent: it is pulled */
  readonly buildContext?: string;
  /** image for services on the CPU; null: the same image */
  readonly cpuImage: string | null;
  /** compute capability → image, for engines built per GPU generation; default `image` */
  readonly imagesByCompute: Readonly<Record<string, string>>;
  /** the release in `image`, and its date (YYYY-MM-DD); null: unknown */
  readonly release: string | null;
  readonly released: string | null;
  /** whether the engine needs, supports or never uses GPUs */
  readonly gpu: 'required' | 'optional' | 'none';
  /** lowest compute capability of its GPU images, `7.5`; null: any */
  readonly minCompute: string | null;
  /** lowest driver version of its GPU images, `535`; null: any */
  readonly minDriver: string | null;
  /** keeps within its share of GPU memory, so that others can use the same GPU; otherwise it is exclusive */
  readonly sharesGpu: boolean;
  /** how its cache and buffers depend on the model */
  readonly memory: EngineMemory;
  /** GPU memory in addition to weights, cache and those buffers, bytes on each GPU */
  readonly overheadBytes: number;
  /** ids of supported model sources */
  readonly reads: readonly string[];
  /** `gguf`: it opens the one GGUF model of a reference by its path; null: all files of the reference */
  readonly loads: 'gguf' | null;
  /** default tokens of context and concurrent requests */
  readonly context: number;
  readonly concurrency: number;
  /** port inside the container; published on the first free port from here; null: it is not a server, and has no paths */
  readonly port: number | null;
  /**
   * One list item per argument. Items may contain `{model}` (path of the model in the container), `{models_dir}` (the directory
   * that contains all models of the service), `{name}` (served name),
   * `{port}`, `{context}`, `{concurrency}`, `{models}` (how many) and `{max_loaded}` (how many of them at once); those for GPUs also `{gpus}` (how many), `{share}`
   * (of a GPU's total memory, such as 0.72), `{kv_bytes}` and `{others_bytes}` (a GPU's total minus the reservation),
   * each on one GPU.
   */
  readonly command: readonly string[];
  /** added on GPUs */
  readonly gpuCommand: readonly string[];
  /** added on GPUs: if shared, and if exclusive */
  readonly sharedCommand: readonly string[];
  readonly exclusiveCommand: readonly string[];
  /** added on more than one GPU */
  readonly parallelCommand: readonly string[];
  /** other form of a flag → the flag in these commands */
  readonly flagAliases: Readonly<Record<string, string>>;
  /** whether it accepts unique beginnings of flags */
  readonly abbreviatedFlags: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** added on GPUs, with the same placeholders */
  readonly gpuEnvironment: Readonly<Record<string, string>>;
  /** size of /dev/shm on more than one GPU, bytes; null: Docker's default */
  readonly parallelShmBytes: number | null;
  /** Compose's `ulimits` */
  readonly ulimits: Readonly<Record<string, number>>;
  /** path that reports which models are loaded, and where; a worker registers a model of such an engine once it is loaded as planned */
  readonly loadedPath: string | null;
  /** must return 200; null without a port */
  readonly healthPath: string | null;
  /** returns an OpenAI model list; null: the engine has none, and is ready once it is healthy */
  readonly modelsPath: string | null;
  readonly metricsPath: string | null;
  readonly inFlightMetric: string | null;
  /** path of the OpenAI chat endpoint, null if the engine has none */
  readonly chatPath: string | null;
  /** container health check, as Compose's `test` list; may contain `{port}`; null: healthy while it runs */
  readonly healthTest: readonly string[] | null;
  readonly stopGraceSeconds: number;
  /** mount point of the cache volume, for an engine that writes caches (set its HOME there); null for none */
  readonly cachePath: string | null;
  /** where only the directory that contains its models is mounted; null: the whole store, at `/models` */
  readonly modelsMount: string | null;
  /** a file that rma writes for it, with the text once for each model; null for none */
  readonly configFile: { readonly path: string; readonly eachModel: string } | null;
  /** absent: it reads no key from a file */
  readonly apiKey?: EngineApiKey;
  /** absent: it runs on one host */
  readonly span?: EngineSpan;
}

/** The file of a profile or an engine. */
export interface DataOrigin {
  readonly file: string;
  /** from the user's own directory */
  readonly own: boolean;
  /** the file of the same name that it replaces; null for none */
  readonly replaces: string | null;
}

/** All profiles, engines and models from `profiles/` and `compose/engines/`. */
export interface Catalog {
  /** by profile name */
  readonly origins: ReadonlyMap<string, DataOrigin>;
  /** by name of the engine */
  readonly engineOrigins: ReadonlyMap<string, DataOrigin>;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly engines: ReadonlyMap<string, Engine>;
  readonly models: ReadonlyMap<string, CatalogModel>;
  /** every model that `models` or a profile names, by that name or reference */
  readonly served: ReadonlyMap<string, ServedModel>;
}
