import type { Catalog } from '../core/domain/profile.ts';
import type { Clock } from './clock.ts';
import type { DockerCli } from './docker-cli.ts';
import type { DockerHost } from './docker-host.ts';
import type { FileStore } from './file-store.ts';
import type { GpuProbe } from './gpu-probe.ts';
import type { ModelSource } from './model-source.ts';
import type { NameLookup } from './name-lookup.ts';
import type { RangeReader } from './range-reader.ts';
import type { Reporter } from './reporter.ts';

/** The user's token for a hub, and where it was found. Its value goes into secrets files only. */
export interface HubToken {
  readonly value: string;
  readonly origin: string;
}

/** Our own image as the build left it. */
export interface WorkerImage {
  /** folder that `docker build` gets */
  readonly context: string;
  /** tag for a base image: the version of rma and a hash of everything that is in the image */
  tag(base: string): Promise<string>;
}

/** Everything outside that the use cases reach: one machine with its Docker, its files and the hubs. */
export interface Box {
  readonly docker: DockerHost;
  readonly cli: DockerCli;
  readonly gpus: GpuProbe;
  readonly files: FileStore;
  readonly names: NameLookup;
  readonly sources: readonly ModelSource[];
  /** reads parts of files on the hubs */
  readonly ranges: RangeReader;
  readonly image: WorkerImage;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** aborted by Ctrl-C and SIGTERM */
  readonly signal: AbortSignal;
  /** name of this machine */
  readonly hostName: string;
  readonly caller: { readonly uid: number; readonly gid: number };
  readonly environment: Readonly<Record<string, string>>;
  catalog(ownFolder: string | null, extraFile?: string | null): Promise<Catalog>;
  hubToken(): Promise<HubToken | null>;
  /** 32 random bytes, hexadecimal */
  randomKey(): string;
  /** whether something on this machine already listens there */
  portTaken(address: string, port: number): Promise<boolean>;
}
