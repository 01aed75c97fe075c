import type { PinnedModel } from './pinned-model.ts';

/** A model and its name in the API of the engine. */
export interface ServedModel {
  readonly ref: string;
  readonly name: string;
  /** null: not in the catalog */
  readonly kind: 'chat' | 'embedding' | 'vision' | null;
}

/** A model of an engine that the worker probes. */
export interface TargetModel extends ServedModel {
  /** digest of the weights, for an engine that lists loaded weights under one of their names; absent: unknown */
  readonly weights?: string | undefined;
}

/** How the worker probes an engine, from `compose/engines/<engine>.yaml`. */
export interface EngineTarget {
  readonly service: string;
  readonly engine: string;
  /** URL in the Compose network */
  readonly url: string;
  /** published URL for users and the coordinator */
  readonly endpoint: string;
  readonly healthPath: string;
  /** returns an OpenAI model list, which must contain every served name; null: the engine has none */
  readonly modelsPath: string | null;
  /** Prometheus metric with the number of requests in flight; null if the engine has none */
  readonly inFlight: { readonly path: string; readonly metric: string } | null;
  /** path that reports loaded models, and where they must be; null: models are loaded before the engine responds */
  readonly loaded: {
    readonly path: string;
    readonly on: 'gpu' | 'cpu';
    /** whether all its models stay loaded; absent: unknown */
    readonly together?: boolean | undefined;
  } | null;
  /** in the order in which they are loaded */
  readonly models: readonly TargetModel[];
}

/** A service without a port. */
export interface ProgramTarget {
  readonly service: string;
  /** canonical references */
  readonly models: readonly string[];
}

/** The part of a worker in a group: one model that runs over several hosts. */
export interface WorkerGroup {
  /** `<project>-<profile>`, the same on all its hosts */
  readonly name: string;
  /** 0: the head, whose engine answers requests */
  readonly rank: number;
  /** number of hosts */
  readonly nodes: number;
  /** the service of this host that runs its part of the model */
  readonly service: string;
  /** names of the hosts, in the order of their ranks */
  readonly hosts: readonly string[];
  /**
   * `host:port` in the network of the worker that the program of a member opens before the head may start; null: the head is
   * the one that listens, or this is the head
   */
  readonly listens: string | null;
}

/** Where worker and engine container of a group share a small volume in memory. */
export const GROUP_MOUNT = '/run/rma-group';

/** The complete configuration of a worker, inline in the Compose file. */
export interface WorkerConfig {
  readonly schema: 'rma.worker-config/v1';
  /** `<host>-<project>-<profile>` */
  readonly worker: string;
  readonly host: string;
  readonly project: string;
  readonly profile: string;
  /** models of this worker */
  readonly models: readonly PinnedModel[];
  readonly engines: readonly EngineTarget[];
  /** those of the profile that the worker cannot probe; absent: none */
  readonly programs?: readonly ProgramTarget[] | undefined;
  /** absent: the profile runs on one host alone */
  readonly group?: WorkerGroup | undefined;
  /** null: no coordinator, ready when the engines respond. The token is read from COORDINATOR_TOKEN_FILE. */
  readonly coordinator: { readonly url: string } | null;
  readonly heartbeatSeconds: number;
  /** deadline for requests in flight after the worker left the coordinator */
  readonly drainSeconds: number;
}

/** Where the Compose file mounts the configuration inside the worker container. */
export const WORKER_CONFIG_PATH = '/etc/rma/worker.json';
