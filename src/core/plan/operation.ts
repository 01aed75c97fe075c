import type { PinnedFile } from '../domain/pinned-model.ts';

interface OperationBase {
  /** why, in one line */
  readonly cause: string;
  /** true when it takes away something that the user may still want: asked about before it is done */
  readonly destructive: boolean;
}

type Change = 'create' | 'update';

export interface WriteFile extends OperationBase {
  readonly kind: 'write-file';
  readonly path: string;
  readonly change: Change;
}

/** Copies a secret into the state folder; its value is not part of a plan. */
export interface WriteSecret extends OperationBase {
  readonly kind: 'write-secret';
  readonly name: string;
  readonly change: Change;
}

export interface BuildImage extends OperationBase {
  readonly kind: 'build-image';
  readonly tag: string;
  readonly base: string;
}

export interface PullImage extends OperationBase {
  readonly kind: 'pull-image';
  readonly image: string;
}

export interface CreateVolume extends OperationBase {
  readonly kind: 'create-volume';
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** of Docker's driver `local` */
  readonly options: Readonly<Record<string, string>>;
}

export interface FetchModel extends OperationBase {
  readonly kind: 'fetch-model';
  readonly ref: string;
  /** bytes still missing */
  readonly bytes: number;
  readonly files: readonly PinnedFile[];
  /** `one-off`: by a container of its own while the old stack serves; `worker`: by the worker that is started */
  readonly by: 'one-off' | 'worker';
}

export interface ServiceOperation extends OperationBase {
  readonly kind: 'start-service' | 'recreate-service' | 'restart-service' | 'stop-service' | 'remove-service';
  readonly service: string;
  readonly role: 'coordinator' | 'worker' | 'engine';
}

/** One step of a plan. They are done in the order of the plan. */
export type Operation =
  | WriteFile
  | WriteSecret
  | BuildImage
  | PullImage
  | CreateVolume
  | FetchModel
  | ServiceOperation;
