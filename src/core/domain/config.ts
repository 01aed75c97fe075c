import type { AssignmentRecord } from './assignment-record.ts';
import type { DownloadLimits } from './download-limits.ts';
import type { ServiceSettings } from './profile.ts';

/** A directory or volume, written as `named:NAME`, `host:PATH` or `nfs:SERVER:/EXPORT`. */
export type VolumeSpec =
  | { readonly type: 'named'; readonly name: string }
  | { readonly type: 'host'; readonly path: string }
  | { readonly type: 'nfs'; readonly server: string; readonly path: string };

/** The two volumes: `store` for models, `cache` for files that engines write. */
export type VolumeRole = 'store' | 'cache';

/** Where the data of a volume is, with the mount options of an NFS export. */
export type VolumeSource =
  | Exclude<VolumeSpec, { readonly type: 'nfs' }>
  | {
      readonly type: 'nfs';
      readonly server: string;
      readonly path: string;
      /** comma-separated, as for `mount -o` */
      readonly mountOptions: string;
    };

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** One machine, and where it differs from the settings of the project. */
export interface HostConfig {
  /** `ssh://[USER@]HOST[:PORT]`, or `context:NAME` for a Docker context; null: the Docker of this machine */
  readonly address: string | null;
  readonly labels?: Readonly<Record<string, string>>;
  /** address that its published ports bind to, and that the other hosts reach it by */
  readonly bind?: string;
  /** address for the hosts that run one model together with it; absent: `bind` */
  readonly interconnect?: string;
  /** paths are those of the host */
  readonly volumes?: { readonly store?: VolumeSpec; readonly cache?: VolumeSpec };
  readonly gpu?: Partial<Pick<GpuSettings, 'visible' | 'reserveBytes'>>;
}

/** Which hosts run a profile. */
export interface ProfilePlacement {
  /** number of hosts that run it; `all`: each one that matches and has room */
  readonly replicas: number | 'all';
  /** names, or patterns with `*` and `?`, of which one must match; none: any host */
  readonly hosts: readonly string[];
  /** label → value, or a pattern, that the host must have */
  readonly labels: Readonly<Record<string, string>>;
  /** `spread`: the host with the fewest profiles first; `pack`: the fullest one */
  readonly strategy: 'spread' | 'pack';
  /** `hosts`: where it fits on no host alone, several run it together; absent: it runs on hosts alone */
  readonly span?: 'hosts';
  /** `rma.yaml:3:7`, for messages; absent: not from a file */
  readonly where?: string;
}

/** Several hosts that run one profile together, from the view of one of them. */
export interface HostGroup {
  readonly variant: string;
  /** their names, in the order of their ranks; the first is the head, which answers requests */
  readonly hosts: readonly string[];
  /** their addresses for each other, in the same order */
  readonly addresses: readonly string[];
  /** of this host */
  readonly rank: number;
  /** network interface with the address of this host; null: unknown */
  readonly interface: string | null;
  /** added to the port in the file of the engine, so that groups of one engine have different ones */
  readonly portOffset: number;
}

export interface GpuSettings {
  /** `required`: a profile without a GPU fails; `auto`: the CPU worker runs instead; `off`: GPUs are not used */
  readonly use: 'required' | 'auto' | 'off';
  /** overrides the minimum GPU size of the profiles, bytes */
  readonly minBytes: number | null;
  /** GPUs that may be used (index, UUID or UUID prefix); null: all; empty: none */
  readonly visible: readonly string[] | null;
  /** kept free on every GPU, bytes */
  readonly reserveBytes: number;
  /** service or profile → GPUs assigned by the user */
  readonly pins: Readonly<Record<string, readonly string[]>>;
}

export type AccessMode = 'ReadWriteOnce' | 'ReadWriteMany' | 'ReadOnlyMany';

/**
 * Where pods on Kubernetes get the models from: a claim that a Job fills, a download of each pod before it starts, or an image
 * that nodes pull and pods mount.
 */
export type Strategy = 'pvc' | 'init' | 'image';

export const STRATEGIES: readonly Strategy[] = ['pvc', 'init', 'image'];

/** How a project runs on Kubernetes. Names are those of objects of the cluster; null: not set. */
export interface KubernetesSettings {
  /** null: the name of the project */
  readonly namespace: string | null;
  readonly strategy: Strategy;
  /** image with the store, for the strategy `image` */
  readonly modelsImage: string | null;
  readonly storageClass: string | null;
  /** PersistentVolume to claim */
  readonly volumeName: string | null;
  /** claim to use instead of a new one */
  readonly existingClaim: string | null;
  /** null: by the number of pods that mount the models */
  readonly accessMode: AccessMode | null;
  /** size of the claim, bytes; null: by the size of the models */
  readonly storageBytes: number | null;
  /** resource of the device plugin: `nvidia.com/gpu`, `nvidia.com/mig-1g.10gb` */
  readonly gpuResource: string;
  /** memory of one GPU of the nodes, bytes; null: that of the MIG profile in the resource, else no GPUs */
  readonly gpuMemoryBytes: number | null;
  /** value of the node label `nvidia.com/gpu.product` */
  readonly gpuProduct: string | null;
  /** image of rma in a registry; null: the local one */
  readonly workerImage: string | null;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never' | null;
  readonly imagePullSecret: string | null;
  /** Secret with tokens for hubs */
  readonly hubSecret: string;
  /** service → number of pods; absent: 1 */
  readonly replicas: Readonly<Record<string, number>>;
  /** of the Job that downloads the models */
  readonly backoffLimit: number;
  /** null: by the size of the models */
  readonly deadlineSeconds: number | null;
  /** after it ended */
  readonly ttlSeconds: number;
}

/** The user's own data next to `rma.yaml`. Paths are absolute. */
export interface OwnDirectories {
  /** `profiles/`, null if there is none */
  readonly profilesDir: string | null;
  /** `engines/`, null if there is none */
  readonly enginesDir: string | null;
}

/** What the user adds to the data that rma ships, and changes in it. */
export interface OwnData extends OwnDirectories {
  /** service → what differs from its profile; absent: nothing */
  readonly services?: Readonly<Record<string, ServiceSettings>>;
}

/** The configuration, complete with defaults. Paths are absolute. */
export interface RmaConfig extends OwnData {
  readonly project: string;
  /** directory of rma.yaml; null without one */
  readonly directory: string | null;
  /** directory of the generated files */
  readonly stateDir: string;
  /** settings of options that `rma up` records, as texts by key */
  readonly toRecord: Readonly<Record<string, string>>;
  readonly hosts: Readonly<Record<string, HostConfig>>;
  /** profile → the hosts that may run it; absent: one host, any */
  readonly placement: Readonly<Record<string, ProfilePlacement>>;
  /** names of all hosts of the project, where `hosts` has one of them only */
  readonly projectHosts?: readonly string[];
  /** what the state files of the hosts record; absent for a project that names no hosts */
  readonly assignment?: AssignmentRecord;
  /** profile → the group of hosts that this one runs it with; absent: it runs every profile alone */
  readonly groups?: Readonly<Record<string, HostGroup>>;
  /** from the file or the environment; commands add those of `--profile` */
  readonly profiles: readonly string[];
  readonly volumes: { readonly store: VolumeSpec; readonly cache: VolumeSpec };
  /** null: the default of the volume type */
  readonly owner: Owner | null;
  /** address that published ports bind to */
  readonly bind: string;
  readonly coordinator: {
    /** host that runs it, of several; absent: the first one */
    readonly host?: string | undefined;
    /** published port of rma's own coordinator */
    readonly port: number;
    /** external coordinator; null: rma runs one */
    readonly url: string | null;
    readonly tokenFile: string | null;
  };
  readonly hub: {
    /** true: models may have pickles */
    readonly allowPickle?: true | undefined;
    /** source → address of its server, for sources with a setting for it */
    readonly endpoints: Readonly<Record<string, string>>;
    /** ids of the sources that files of a repository are requested from, in order; absent: that of the reference */
    readonly sources?: readonly string[];
    readonly tokenFile: string | null;
  };
  readonly network: DownloadLimits & {
    /** certificates to trust besides the usual ones */
    readonly caFile: string | null;
    /** how several hosts get models. `lan`: one downloads and serves the others; `nfs`: they share a store; absent: each downloads */
    readonly distribute?: 'lan' | 'nfs' | undefined;
    /** true: no hub and no registry is contacted */
    readonly offline: boolean;
    /** machines that serve their store, as `formatPeer` writes them; tried before the hubs or where a model lists `lan`, also offline */
    readonly peers: readonly string[];
    /** file with the token for them */
    readonly peerTokenFile: string | null;
  };
  /** true: models and images are those of rma.lock, and nothing else is accepted */
  readonly frozen: boolean;
  readonly gpu: GpuSettings;
  /** profile → variant chosen by the user */
  readonly variants: Readonly<Record<string, string>>;
  /** mount options of NFS volumes; null: the safe defaults */
  readonly nfsOptions: string | null;
  readonly images: { readonly workerBase: string; readonly engines: Readonly<Record<string, string>> };
  /** service → port on the host */
  readonly ports: Readonly<Record<string, number>>;
  readonly drainSeconds: number;
  readonly kubernetes: KubernetesSettings;
}

/** Source of the value of a setting. */
export type SettingOrigin =
  | { readonly from: 'flag'; readonly name: string }
  | { readonly from: 'env'; readonly name: string }
  | { readonly from: 'file'; readonly file: string; readonly line: number; readonly column: number }
  /** an option of an earlier `rma up` */
  | { readonly from: 'recorded'; readonly name: string }
  /** the token file of `hf auth login` */
  | { readonly from: 'hf-auth' }
  | { readonly from: 'default' };
