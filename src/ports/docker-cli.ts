import type { CommandOutcome } from './command-runner.ts';

export interface ComposeProject {
  readonly name: string;
  /** absolute path of the Compose file; null finds the project by its label only */
  readonly file: string | null;
}

/** A throw-away container on the store. */
export interface OneOff {
  readonly image: string;
  readonly argv: readonly string[];
  readonly stdin: string;
  /** `docker run --mount` values */
  readonly mounts: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly extraHosts: readonly string[];
  readonly user: string;
  /** false: the container has no network at all */
  readonly network: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly onStdout?: (line: string) => void;
  readonly onStderr?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** What only the real `docker` and `docker compose` commands do. */
export interface DockerCli {
  /** version of the Compose plugin. @throws RmaError RMA_DOCKER_MISSING, RMA_COMPOSE_MISSING (3) */
  composeVersion(): Promise<string>;
  /** Builds our image. @throws RmaError RMA_IMAGE_BUILD_FAILED (1) */
  build(tag: string, context: string, base: string, signal: AbortSignal): Promise<void>;
  /** @throws RmaError RMA_IMAGE_PULL_FAILED (1) */
  pull(image: string, signal: AbortSignal): Promise<void>;
  /** `docker compose up --detach --no-deps`: exactly these services. @throws RmaError RMA_COMPOSE_FAILED (1), RMA_PORT_TAKEN (3) */
  up(project: ComposeProject, services: readonly string[], signal: AbortSignal): Promise<void>;
  /** shows logs on the terminal's own streams */
  logs(project: ComposeProject, args: readonly string[], signal: AbortSignal): Promise<number>;
  exec(container: string, argv: readonly string[], options: ExecOptions): Promise<CommandOutcome>;
  oneOff(run: OneOff): Promise<CommandOutcome>;
}

export interface ExecOptions {
  /** the program's input stays open until rma ends the call: by that a following program knows when to stop */
  readonly openStdin?: boolean;
  readonly onStdout?: (line: string) => void;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}
