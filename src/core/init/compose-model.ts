/** A value of a Compose file and where it is: `docker-compose.yml:12:7`. */
export interface Placed<T> {
  readonly value: T;
  readonly where: string;
}

/** A variable of a service. */
export interface ComposeVariable extends Placed<string> {
  /** the shell of the caller contributed to it: it is not in the file */
  readonly fromShell: boolean;
}

export interface ComposeMount {
  /** name of a volume or path on the host; null: an anonymous volume */
  readonly source: string | null;
  readonly target: string;
}

/** A request for GPUs. */
export interface ComposeDevice {
  readonly count: number | 'all' | null;
  /** indices or UUIDs */
  readonly ids: readonly string[];
}

/** A service of one or more merged Compose files, as far as rma converts it. */
export interface ComposeService {
  readonly name: string;
  readonly where: string;
  readonly image: Placed<string> | null;
  readonly build: boolean;
  readonly entrypoint: readonly Placed<string>[];
  readonly command: readonly Placed<string>[];
  readonly environment: ReadonlyMap<string, ComposeVariable>;
  readonly mounts: readonly Placed<ComposeMount>[];
  /** as `127.0.0.1:8000:8000` */
  readonly ports: readonly Placed<string>[];
  readonly devices: readonly Placed<ComposeDevice>[];
  readonly memory: Placed<string> | null;
  readonly memoryReservation: Placed<string> | null;
  readonly privileged: string | null;
  readonly runtime: Placed<string> | null;
  /** for each key that the conversion leaves out */
  readonly unread: readonly Notice[];
}

/** A volume of a Compose file. */
export interface ComposeVolume {
  /** its name in Docker, where the file sets it; null: prefixed by the project */
  readonly dockerName: string | null;
  readonly options: Readonly<Record<string, Placed<string>>>;
}

export interface ComposeFiles {
  readonly services: ReadonlyMap<string, ComposeService>;
  readonly volumes: ReadonlyMap<string, ComposeVolume>;
  readonly notices: readonly Notice[];
}

/** What the conversion corrected, left out or assumed. */
export interface Notice {
  /** `trap`: a mistake that was corrected; `skipped`: could not be converted; `note`: good to know */
  readonly kind: 'corrected' | 'skipped' | 'note';
  readonly where: string;
  readonly message: string;
}
