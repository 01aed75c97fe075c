/** A folder or volume that holds the store, as `named:NAME`, `host:PATH` or `nfs:SERVER:/EXPORT`. */
export type VolumeSpec =
  | { readonly type: 'named'; readonly name: string }
  | { readonly type: 'host'; readonly path: string }
  | { readonly type: 'nfs'; readonly server: string; readonly path: string };

/** The two volumes: `store` for models, `cache` for what engines write. */
export type VolumeRole = 'store' | 'cache';

/** Where the data of a volume is, with the mount options of an NFS export. */
export type VolumeSource =
  | Exclude<VolumeSpec, { readonly type: 'nfs' }>
  | {
      readonly type: 'nfs';
      readonly server: string;
      readonly path: string;
      /** comma-separated, as `mount -o` takes them */
      readonly mountOptions: string;
    };

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** A Docker endpoint. Without an address: the Docker of this shell (its context or DOCKER_HOST). */
export interface HostConfig {
  readonly address: string | null;
}

export interface GpuSettings {
  /** `required`: a profile that finds no GPU fails; `auto`: the CPU worker takes its place; `off`: GPUs are not used */
  readonly use: 'required' | 'auto' | 'off';
  /** in place of the profiles' own smallest size, bytes */
  readonly minBytes: number | null;
  /** GPUs that may be used (index, UUID or the beginning of one); null: all; empty: none */
  readonly visible: readonly string[] | null;
  /** left free on every GPU, bytes */
  readonly reserveBytes: number;
  /** service or profile → the GPUs it is to have */
  readonly pins: Readonly<Record<string, readonly string[]>>;
}

/** The user's own data beside `rma.yaml`. Paths are absolute. */
export interface OwnDirectories {
  /** `profiles/`, null if there is none */
  readonly profilesDir: string | null;
  /** `engines/`, null if there is none */
  readonly enginesDir: string | null;
}

/** The configuration, complete with defaults. Paths are absolute. */
export interface RmaConfig extends OwnDirectories {
  readonly project: string;
  /** folder of the generated files */
  readonly stateDir: string;
  readonly hosts: Readonly<Record<string, HostConfig>>;
  /** of the file or the environment; those that `--profile` names are added to them by the command */
  readonly profiles: readonly string[];
  readonly volumes: { readonly store: VolumeSpec; readonly cache: VolumeSpec };
  /** null: the default of the volume's kind */
  readonly owner: Owner | null;
  /** address that published ports bind to */
  readonly bind: string;
  readonly coordinator: {
    /** port on the host of rma's own coordinator */
    readonly port: number;
    /** a coordinator of the user's own; null: rma runs one */
    readonly url: string | null;
    readonly tokenFile: string | null;
  };
  readonly hub: {
    readonly endpoint: string;
    readonly tokenFile: string | null;
    /** of the registry of ollama.com, or of a mirror of it */
    readonly ollamaEndpoint: string;
    readonly modelscopeEndpoint: string;
  };
  readonly gpu: GpuSettings;
  /** profile → variant that is wanted, whatever fits better */
  readonly variants: Readonly<Record<string, string>>;
  /** mount options of NFS volumes, in place of the safe ones; null: those */
  readonly nfsOptions: string | null;
  readonly images: { readonly workerBase: string; readonly engines: Readonly<Record<string, string>> };
  /** service → port on the host */
  readonly ports: Readonly<Record<string, number>>;
  readonly drainSeconds: number;
}

/** Where the value of a setting came from. */
export type SettingOrigin =
  | { readonly from: 'flag'; readonly name: string }
  | { readonly from: 'env'; readonly name: string }
  | { readonly from: 'file'; readonly file: string; readonly line: number; readonly column: number }
  /** the file where `hf auth login` keeps its token */
  | { readonly from: 'hf-auth' }
  | { readonly from: 'default' };
