import type { Owner, RmaConfig } from '../../core/domain/config.ts';
import type { ContainerFacts } from '../../core/domain/container.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import type { ServicePlacement } from '../../core/domain/placement.ts';
import type { GpuLimits } from '../../core/gpu/gpu-memory-error.ts';
import type { Host } from '../../ports/host.ts';
import type { ImageArchives } from '../../ports/image-archives.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { StoreAccess } from '../observe/store-container.ts';
import type { ContainerWatch } from './container-watch.ts';
import type { WorkerStreams } from './worker-streams.ts';

/** What images are pushed with from one host to another. */
export interface ImagePushes {
  /** by name: the hosts that get images, and those that have them */
  readonly hosts: ReadonlyMap<string, Pick<Host, 'images'>>;
  readonly archives: ImageArchives;
  /** directory of this machine for the layers of one image at a time per host; it is not kept */
  readonly spool: string;
}

/** What operations need beyond the plan, which shows no contents and no secrets. */
export interface Payload {
  readonly config: RmaConfig;
  /** service → ids of its containers before the plan */
  readonly containers: ReadonlyMap<string, readonly string[]>;
  /** path → content */
  readonly files: ReadonlyMap<string, string>;
  /** name → value */
  readonly secrets: ReadonlyMap<string, string>;
  /** reference → model to fetch */
  readonly models: ReadonlyMap<string, PinnedModel>;
  /** service → assigned GPUs */
  readonly placement: ReadonlyMap<string, ServicePlacement>;
  /** service → what it may use of its GPUs, for hints */
  readonly limits: ReadonlyMap<string, GpuLimits>;
  /** for one-off fetches; null where the plan has none */
  readonly access: StoreAccess | null;
  /** what images are pushed with; absent: the plan pushes none */
  readonly pushes?: ImagePushes | undefined;
  /** of directories that the plan creates */
  readonly owner: Owner | null;
  /** timeout for the engines to respond after the models are present, seconds */
  readonly waitSeconds: number;
}

/** The parts of a machine that operations work on. */
export type ExecutionHost = Pick<Host, 'engine' | 'docker' | 'files' | 'caller'>;

export type ExecutionContext = Pick<
  Invocation,
  'workerImage' | 'clock' | 'reporter' | 'signal' | 'environment' | 'certificates' | 'peerToken'
>;

/** A host, and what its operations need. */
export interface ExecutionTarget {
  readonly host: ExecutionHost;
  readonly invocation: ExecutionContext;
  readonly payload: Payload;
}

/** One plan being executed on one host. */
export interface Execution extends ExecutionTarget {
  readonly containers: ContainerWatch;
  readonly workers: WorkerStreams;
  /** aborted by the user, and when another operation fails */
  readonly signal: AbortSignal;
  /** runs Compose commands of a project in sequence, because concurrent ones conflict */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Returns the ids of containers by service. */
export function containerIds(
  containers: readonly Pick<ContainerFacts, 'id' | 'service'>[],
): Payload['containers'] {
  const ids = new Map<string, string[]>();
  for (const { id, service } of containers) ids.set(service, [...(ids.get(service) ?? []), id]);
  return ids;
}

/** Returns the empty payload of a plan that writes and fetches nothing. */
export function emptyPayload(config: RmaConfig): Payload {
  return {
    config,
    containers: new Map(),
    files: new Map(),
    secrets: new Map(),
    models: new Map(),
    placement: new Map(),
    limits: new Map(),
    access: null,
    owner: null,
    waitSeconds: 0,
  };
}
