import type { Role } from '../domain/container.ts';
import type { PinnedFile } from '../domain/pinned-model.ts';

/** What every operation has besides its own keys. */
export interface OperationBase {
  /** unique in its plan and the same for the same object: `start-service cpu-worker-llamacpp` */
  readonly id: string;
  /** name of the host it runs on */
  readonly host: string;
  /** ids of the operations that must be complete before it starts; those that follow from others are left out */
  readonly after: readonly string[];
  /** why, in one line */
  readonly cause: string;
  /** true when it removes something that the user may still need: `up` prompts before it runs */
  readonly destructive: boolean;
}

type Change = 'create' | 'update';

export interface WriteFile extends OperationBase {
  readonly kind: 'write-file';
  readonly path: string;
  readonly change: Change;
}

/** Copies a secret into the state directory; its value is not part of a plan. */
export interface WriteSecret extends OperationBase {
  readonly kind: 'write-secret';
  readonly name: string;
  readonly change: Change;
}

/** Removes the copies of all secrets of the project. */
export interface RemoveSecrets extends OperationBase {
  readonly kind: 'remove-secrets';
  readonly path: string;
}

export interface BuildImage extends OperationBase {
  readonly kind: 'build-image';
  readonly tag: string;
  /** of rma's own image; null: `context` names its base */
  readonly base: string | null;
  /** directory of the user; absent: that of rma's own image */
  readonly context?: string;
}

export interface PullImage extends OperationBase {
  readonly kind: 'pull-image';
  readonly image: string;
  /** of rma.lock: this one is pulled, whatever the tag means now */
  readonly digest?: string;
}

/** Sends an image from another host, only the layers that this one lacks. */
export interface PushImage extends OperationBase {
  readonly kind: 'push-image';
  readonly image: string;
  /** name of the host that has it */
  readonly from: string;
}

/** Adds a tag to an existing image. */
export interface TagImage extends OperationBase {
  readonly kind: 'tag-image';
  readonly image: string;
  readonly tag: string;
}

/** Creates a directory of the host for the store or the cache, owned by the store's user. */
export interface CreateDirectory extends OperationBase {
  readonly kind: 'create-directory';
  readonly holds: 'store' | 'cache';
  readonly path: string;
}

export interface CreateVolume extends OperationBase {
  readonly kind: 'create-volume';
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** of Docker's driver `local` */
  readonly options: Readonly<Record<string, string>>;
}

/** Removes the networks of the project that carry rma's label. */
export interface RemoveNetwork extends OperationBase {
  readonly kind: 'remove-network';
  readonly project: string;
}

export interface FetchModel extends OperationBase {
  readonly kind: 'fetch-model';
  readonly ref: string;
  /** bytes still missing */
  readonly bytes: number;
  readonly files: readonly PinnedFile[];
  /** `one-off`: in a container of its own while the old stack serves; `worker`: by a worker, which reports when it is present */
  readonly by: 'one-off' | 'worker';
  /** the workers that own the model; one of them fetches it unless `by` is `one-off` */
  readonly workers: readonly string[];
}

/**
 * Changes the container of one service. `start` creates it or starts an existing one, `recreate` replaces it by one with
 * the new definition, `restart` stops and starts the same container, `remove` stops and removes it.
 */
export interface ServiceOperation extends OperationBase {
  readonly kind: 'start-service' | 'recreate-service' | 'restart-service' | 'remove-service';
  readonly service: string;
  readonly role: Role;
}

/**
 * `drain-worker` stops a worker, which leaves the coordinator and lets requests in flight finish; `resume-worker` starts
 * the same container again, unchanged.
 */
export interface DrainOperation extends OperationBase {
  readonly kind: 'drain-worker' | 'resume-worker';
  readonly service: string;
}

/**
 * `wait-for-models` ends when the worker has every model, `wait-until-ready` when its engines answer and it is registered.
 * Both end at once with the fault of a worker that failed; the second also with that of an engine.
 */
export interface WorkerWait extends OperationBase {
  readonly kind: 'wait-for-models' | 'wait-until-ready';
  readonly service: string;
  /** the engine services it depends on */
  readonly engines: readonly string[];
}

/** Compares the GPUs that a container sees with those that it was given. */
export interface CheckGpus extends OperationBase {
  readonly kind: 'check-gpus';
  readonly service: string;
  /** UUIDs */
  readonly gpus: readonly string[];
}

/** One step of a plan: a node of its graph. */
export type Operation =
  | WriteFile
  | WriteSecret
  | RemoveSecrets
  | BuildImage
  | PullImage
  | PushImage
  | TagImage
  | CreateDirectory
  | CreateVolume
  | RemoveNetwork
  | FetchModel
  | ServiceOperation
  | DrainOperation
  | WorkerWait
  | CheckGpus;

/** An operation before it has its place in the graph. */
export type Step<O extends Operation = Operation> = O extends Operation
  ? Omit<O, 'id' | 'host' | 'after'>
  : never;
