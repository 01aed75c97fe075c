import type { PinnedModel } from './pinned-model.ts';

/** A model that an engine serves, under the name its API shows. */
export interface ServedModel {
  readonly ref: string;
  readonly name: string;
  /** null: a reference that is not in the catalog */
  readonly kind: 'chat' | 'embedding' | 'vision' | null;
}

/** How the worker asks an engine whether it answers. Data of `compose/engines/<engine>.yaml`, made concrete. */
export interface EngineTarget {
  readonly service: string;
  readonly engine: string;
  /** address inside the Compose network */
  readonly url: string;
  /** address on the host, as users and the coordinator see it */
  readonly endpoint: string;
  readonly healthPath: string;
  /** answers an OpenAI model list that must contain every served name */
  readonly modelsPath: string;
  /** Prometheus text with the number of requests in flight; null where the engine tells none */
  readonly inFlight: { readonly path: string; readonly metric: string } | null;
  /** which of its models are loaded, and where they must be; null: it has them loaded when it answers */
  readonly loaded: { readonly path: string; readonly on: 'gpu' | 'cpu' } | null;
  readonly models: readonly ServedModel[];
}

/** The worker's whole configuration, inline in the Compose file: a boot needs nothing else. */
export interface WorkerConfig {
  readonly schema: 'rma.worker-config/v1';
  /** `<host>-<project>-<profile>` */
  readonly worker: string;
  readonly host: string;
  readonly project: string;
  readonly profile: string;
  /** the models this worker owns */
  readonly models: readonly PinnedModel[];
  readonly engines: readonly EngineTarget[];
  /** null: no coordinator, ready when the engines answer. The token comes from the file that COORDINATOR_TOKEN_FILE names. */
  readonly coordinator: { readonly url: string } | null;
  readonly heartbeatSeconds: number;
  /** how long requests in flight may take after the worker left the coordinator */
  readonly drainSeconds: number;
}

/** Where the Compose file mounts the configuration inside the worker container. */
export const WORKER_CONFIG_PATH = '/etc/rma/worker.json';
