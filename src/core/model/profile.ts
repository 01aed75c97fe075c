/** One entry of `profiles/models.yaml`. */
export interface CatalogueModel {
  readonly name: string;
  /** model reference */
  readonly ref: string;
  readonly kind: 'chat' | 'embedding' | 'vision';
  readonly license: string;
  readonly description: string;
}

/** One engine that a profile runs, and the models it serves (catalogue names or references). */
export interface ProfileService {
  readonly engine: string;
  readonly models: readonly string[];
  /** extra engine flags as a list */
  readonly flags: readonly string[];
  /** container memory limit, bytes; null for none */
  readonly memoryBytes: number | null;
}

/** A named worker recipe: `profiles/<name>.yaml`. */
export interface Profile {
  readonly name: string;
  readonly description: string;
  readonly services: readonly ProfileService[];
}

/** How one engine image is run: `compose/<engine>.yaml`. */
export interface Engine {
  readonly name: string;
  readonly image: string;
  /** port inside the container; on the host the first free one from here */
  readonly port: number;
  /**
   * One list item per argument. Items may hold `{model}` (path of the model in the container), `{name}` (served name)
   * and `{port}`.
   */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
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

/** Everything read from `profiles/` and `compose/`. */
export interface Catalogue {
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly engines: ReadonlyMap<string, Engine>;
  readonly models: ReadonlyMap<string, CatalogueModel>;
}
