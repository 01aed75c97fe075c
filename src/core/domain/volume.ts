/** A volume or directory that a container mounts, of rma or of any other program. */
export interface ContainerMount {
  /** name of the container */
  readonly container: string;
  /** project of rma; null for other containers */
  readonly project: string | null;
  /** service of the project; null for other and one-off containers */
  readonly service: string | null;
  readonly running: boolean;
  readonly kind: 'volume' | 'host' | 'other';
  /** name of the volume, or path on the host */
  readonly source: string;
  /** path in the container */
  readonly path: string;
  readonly readOnly: boolean;
}

/** What a container sees of a volume. Sizes in bytes. */
export interface VolumeReading {
  readonly uid: number;
  readonly gid: number;
  /** permission bits */
  readonly mode: number;
  /** `ext4`, `xfs`, `overlay`, `nfs4`, … */
  readonly fileSystem: string;
  /** as the kernel reports them, separated by commas */
  readonly mountOptions: string;
  /** occupied by files; content with several names is counted once */
  readonly usedBytes: number;
  /** number of files */
  readonly files: number;
  readonly sizeBytes: number;
  /** free to users other than root */
  readonly freeBytes: number;
  /** of the file system; null where it has no fixed number */
  readonly inodes: { readonly total: number; readonly free: number } | null;
  /** files and directories that the user may not read; records of rma are not counted */
  readonly unreadable: SomePaths;
}

/** Paths relative to the volume: how many there are, and the first of them. */
export interface SomePaths {
  readonly count: number;
  readonly first: readonly string[];
}

/** What is tried in a volume, in this order. */
export const VOLUME_STEPS = ['write', 'link', 'symlink', 'rename', 'delete'] as const;

export type VolumeStep = (typeof VOLUME_STEPS)[number];

/** What a user can do in a volume. */
export interface VolumeProbe {
  /** the step that failed, with the error of the system such as `EACCES`; null: all succeeded */
  readonly fault: { readonly step: VolumeStep; readonly error: string } | null;
  /** directories in which the user may not create files */
  readonly unwritable: SomePaths;
}
