import type { Owner, VolumeRole, VolumeSource } from '../domain/config.ts';
import type { ExtraVolume } from '../domain/profile.ts';

/**
 * What one project runs on one host, independent of any orchestrator. `core/compose-file` renders it as a Compose file;
 * other targets (Kubernetes, Swarm) are further renderers of the same data.
 */
export interface Fleet {
  readonly project: string;
  /** in start order; names are unique and are also host names in the project's network */
  readonly services: readonly ServiceSpec[];
  /** those that some service mounts */
  readonly volumes: readonly VolumeSpec[];
}

/** A place for files that outlive the services. */
export interface VolumeSpec {
  readonly role: VolumeRole;
  readonly source: VolumeSource;
}

/** One container that keeps running. Sizes in bytes, times in seconds. */
export interface ServiceSpec {
  readonly name: string;
  readonly role: 'coordinator' | 'worker' | 'engine';
  /** the profile that owns it; null for the coordinator */
  readonly profile: { readonly name: string; readonly variant: string } | null;
  /** what it is for, one or more lines, for people who read the rendered file */
  readonly comment: string;
  readonly image: ImageSpec;
  /** absent: that of the image */
  readonly entrypoint?: readonly string[];
  /** arguments of the entrypoint */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** host name by which the environment addresses the machine that runs the container; null: not used */
  readonly hostAlias: string | null;
  /** services that must be healthy before this one starts */
  readonly startsAfter: readonly string[];
  readonly restart: 'always';
  readonly security: SecuritySpec;
  readonly mounts: readonly MountSpec[];
  /** of the user; absent: none */
  readonly extraMounts?: readonly ExtraMountSpec[];
  readonly configFile: ConfigFileSpec | null;
  /** absent: it runs on this host alone */
  readonly group?: GroupSpec;
  /** names of secrets, each mounted read-only as the file `/run/secrets/<name>` */
  readonly secrets: readonly string[];
  /** of an engine: the secret with the key that its clients must send, and its content with `{key}`; absent: none */
  readonly apiKey?: { readonly secret: string; readonly content: string };
  readonly ports: readonly PortSpec[];
  /** null: it is healthy while it runs */
  readonly probe: ProbeSpec | null;
  /** between the stop signal and the kill */
  readonly stopGraceSeconds: number;
  readonly resources: ResourceSpec;
  /** null: it must not see any GPU, whatever the default runtime of the host */
  readonly gpus: GpuSpec | null;
  /** canonical references: those a worker downloads, or those an engine serves */
  readonly models: readonly string[];
  /** of a worker: the engine services that serve its profile */
  readonly engines: readonly string[];
}

export interface ImageSpec {
  readonly reference: string;
  /** `built` by rma on the host and in no registry, or `pulled` */
  readonly origin: 'built' | 'pulled';
  /** directory of the user that it is built from; absent: it is pulled, or rma's own */
  readonly buildContext?: string;
}

export interface SecuritySpec {
  /** null: the user of the image */
  readonly user: Owner | null;
  readonly capabilities: 'none';
  readonly privilegeEscalation: false;
  readonly readOnlyRoot: boolean;
}

export interface MountSpec {
  readonly volume: VolumeRole;
  /** directory of the volume that is mounted, a relative path; absent: all of it */
  readonly directory?: string;
  /** absolute path in the container */
  readonly path: string;
  readonly readOnly: boolean;
}

/** What a worker and an engine have in a group of hosts that run one model together. */
export interface GroupSpec {
  /** of both on this host, in memory */
  readonly volume: string;
  /** absolute path in the container */
  readonly path: string;
  /** `host`: the container has no network of its own */
  readonly network: 'bridge' | 'host';
}

/** A directory of the host or an existing volume, besides those of rma. */
export type ExtraMountSpec = ExtraVolume;

/** A file that the renderer carries inline. */
export interface ConfigFileSpec {
  readonly path: string;
  readonly content: string;
}

export interface PortSpec {
  /** in the container, TCP */
  readonly container: number;
  /** on the host */
  readonly published: { readonly address: string; readonly port: number };
  /** for the other hosts of its group, not for users */
  readonly internal?: true;
}

export interface ProbeSpec {
  /** run in the container; exit code 0 means healthy */
  readonly exec: { readonly command: readonly string[] } | { readonly script: string };
  /** answers 200 when healthy, for targets that probe over HTTP themselves; null: no such endpoint */
  readonly http: { readonly path: string; readonly port: number } | null;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  /** failures in a row until it counts as unhealthy */
  readonly retries: number;
  /** failures in this time after the start do not count */
  readonly startPeriodSeconds: number;
  /** interval until the first success */
  readonly startIntervalSeconds: number;
}

export interface ResourceSpec {
  readonly memoryLimitBytes: number | null;
  readonly memoryReservationBytes: number | null;
  /** RAM that it needs at least: on the CPU the weights of its largest model, which engines load whole */
  readonly neededRamBytes: number;
  readonly maxProcesses: number | null;
  /** of /dev/shm; null: the default */
  readonly sharedMemoryBytes: number | null;
  /** name → soft and hard limit, as `setrlimit` names them in lower case */
  readonly ulimits: Readonly<Record<string, number>>;
}

export interface GpuSpec {
  /** UUIDs of whole GPUs or MIG devices */
  readonly devices: readonly string[];
  /** reserved on each device */
  readonly bytesPerDevice: number;
  /** the reservation as a fraction of a device's total memory, two decimals */
  readonly share: number;
  readonly exclusive: boolean;
}

/** The fields that most services have in common. */
export const SERVICE_DEFAULTS = {
  hostAlias: null,
  startsAfter: [],
  restart: 'always',
  security: { user: null, capabilities: 'none', privilegeEscalation: false, readOnlyRoot: false },
  mounts: [],
  configFile: null,
  secrets: [],
  ports: [],
  resources: {
    memoryLimitBytes: null,
    memoryReservationBytes: null,
    neededRamBytes: 0,
    maxProcesses: null,
    sharedMemoryBytes: null,
    ulimits: {},
  },
  gpus: null,
  models: [],
  engines: [],
} as const satisfies Partial<ServiceSpec>;
