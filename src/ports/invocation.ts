import type { OwnData } from '../core/domain/config.ts';
import type { Catalog } from '../core/domain/profile.ts';
import type { Authority } from './certificates.ts';
import type { Clock } from './clock.ts';
import type { ModelSource } from './model-source.ts';
import type { Processes } from './processes.ts';
import type { RangeReader } from './range-reader.ts';
import type { Reporter } from './reporter.ts';

/** The user's token for a hub, and its origin. The value goes into secret files only. */
export interface HubToken {
  readonly value: string;
  readonly origin: string;
}

/** rma's own image, as the build left it. */
export interface WorkerImage {
  /** directory that `docker build` gets */
  readonly context: string;
  /** Returns the tag for a base image: the version of rma and a hash of everything that is in the image. */
  tag(base: string): Promise<string>;
}

/** One run of one command: the hubs, the data, the clock and the user's settings, the same for every host. */
export interface Invocation {
  readonly sources: readonly ModelSource[];
  /** reads parts of files on the hubs */
  readonly ranges: RangeReader;
  readonly workerImage: WorkerImage;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** aborted by Ctrl-C and SIGTERM */
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Returns the profiles, engines and models that rma ships, with those of the user's own directories and of one extra file.
   * @throws RmaError RMA_DATA_INVALID (2)
   */
  catalog(own: OwnData, extraFile?: string | null): Promise<Catalog>;
  hubToken(): Promise<HubToken | null>;
  /** Returns the certificates (PEM) to trust besides the usual ones; null without any. @throws RmaError RMA_CA_FILE_INVALID (2) */
  certificates(): Promise<string | null>;
  /** Returns the token for machines that serve their store; null without one. @throws RmaError RMA_PEER_TOKEN (2) */
  peerToken(): Promise<string | null>;
  /** Returns 32 random bytes, hexadecimal. */
  randomKey(): string;
  readonly authority: Authority;
  /** the processes of the machine that runs the command */
  readonly processes: Processes;
}
