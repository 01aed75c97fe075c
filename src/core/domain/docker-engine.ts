/** The version and the settings of a Docker Engine. */
export interface EngineFacts {
  readonly version: string;
  readonly apiVersion: string;
  /** the engine's own host name */
  readonly name: string;
  /** directory of images and volumes on the engine's host */
  readonly rootDir: string;
  /** RAM of the machine or virtual machine that runs the containers; null: not reported */
  readonly memoryBytes: number | null;
  /** the endpoint, as `unix:///…`, `ssh://…` or `tcp://…` */
  readonly endpoint: string;
}

export interface VolumeFacts {
  readonly name: string;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** its directory on the engine's host; missing: not reported */
  readonly mountpoint?: string | undefined;
  /** by the engine's clock, milliseconds since the Unix epoch; null or missing: not reported */
  readonly createdAt?: number | null;
}

/** A network that rma created. */
export interface NetworkFacts {
  readonly id: string;
  readonly name: string;
  readonly project: string;
}
