import type { Owner, RmaConfig } from '../domain/config.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import type { ServicePlacement } from '../domain/placement.ts';
import type { Selection } from '../domain/selection.ts';

/** Everything that decides the bytes of the Compose file. */
export interface RenderInput {
  /** of rma */
  readonly version: string;
  readonly config: RmaConfig;
  readonly selection: Selection;
  /** service → what it was given; a service that is not there runs on the CPU */
  readonly placement: ReadonlyMap<string, ServicePlacement>;
  /** by the reference that the selection names */
  readonly pinned: ReadonlyMap<string, PinnedModel>;
  /** tag of our own image: workers and coordinator */
  readonly workerImage: string;
  /** name of the host as registrations show it */
  readonly host: string;
  /** user of the store, decided */
  readonly owner: Owner;
  /** service → port on the host, from `choosePorts` */
  readonly ports: ReadonlyMap<string, number>;
  /** names of the secrets in use: `hf_token`, `coordinator_key`, `worker_token_<profile>` */
  readonly secrets: ReadonlySet<string>;
  /** of the caller's environment: the proxy variables (either case), LOG_LEVEL, LOG_FILE; others are ignored */
  readonly environment: Readonly<Record<string, string>>;
}
