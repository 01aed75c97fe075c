import type { Command, CommandOutcome } from './command-runner.ts';

export interface ComposeProject {
  readonly name: string;
  /** absolute path of the Compose file; null: Compose finds the project by its label */
  readonly file: string | null;
}

/** Services to bring up, each in one of the lists. */
export interface ServicesUp {
  /** created, or started if they exist */
  readonly start: readonly string[];
  /** recreated, also where Compose sees no difference: it never checks the networks of a stopped container */
  readonly recreate: readonly string[];
}

/** rma's own image, to build from its base, or one of the user. */
export interface ImageBuild {
  readonly tag: string;
  /** further names of the image, which those of an earlier build lose */
  readonly aliases?: readonly string[];
  /** directory of the build context */
  readonly context: string;
  /** of rma's own image; null: the Dockerfile names it */
  readonly base: string | null;
}

/** A container that runs one command and is removed. */
export interface OneOff {
  readonly image: string;
  readonly argv: readonly string[];
  readonly stdin: string | Extract<Command['stdin'], { readonly bytes: unknown }>;
  readonly readStdout?: Command['readStdout'] & {};
  /** `docker run --mount` values */
  readonly mounts: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly extraHosts: readonly string[];
  readonly user: string;
  /** working directory; the image's by default */
  readonly workdir?: string;
  /** false: the container has no network at all */
  readonly network: boolean;
  /** `docker run --publish` values */
  readonly publish?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly onStdout?: (line: string) => void;
  readonly onStderr?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** A one-off container on the terminal's own streams. */
export interface OneOffHere extends Omit<OneOff, 'stdin' | 'readStdout' | 'onStdout' | 'onStderr'> {
  /** allocates a terminal in the container */
  readonly tty: boolean;
}

export interface ImagePull {
  readonly image: string;
  /** pulls the image with this digest (`sha256:…`), and tags it */
  readonly digest?: string;
  /** option of rma that sets another image, for the error */
  readonly option: string;
}

/** The `docker` and `docker compose` commands, for what the API of the engine does not offer. */
export interface DockerCli {
  /** Returns the version of the Compose plugin. @throws RmaError RMA_COMMAND_MISSING, RMA_COMPOSE_MISSING (3) */
  composeVersion(): Promise<string>;
  /** Builds an image. @throws RmaError RMA_IMAGE_BUILD_FAILED (1) */
  build(image: ImageBuild, signal: AbortSignal): Promise<void>;
  /** Adds a tag to an image, and moves it if another image has it. @throws RmaError RMA_IMAGE_TAG_FAILED (1) */
  tag(tag: { readonly image: string; readonly tag: string }, signal: AbortSignal): Promise<void>;
  /** Pulls an image. @throws RmaError RMA_IMAGE_PULL_FAILED (1) */
  pull(pull: ImagePull, signal: AbortSignal): Promise<void>;
  /** Runs `docker compose up --detach --no-deps` for these services. @throws RmaError RMA_COMPOSE_FAILED (1), RMA_PORT_TAKEN (3) */
  up(project: ComposeProject, services: ServicesUp, signal: AbortSignal): Promise<void>;
  /** Runs `docker compose logs` on the terminal's own streams, or with each line passed on. Returns its exit code. */
  logs(
    project: ComposeProject,
    args: readonly string[],
    options: { readonly signal: AbortSignal; readonly onLine?: (line: string) => void },
  ): Promise<number>;
  /** Runs a command in a running container, whatever its exit code. */
  exec(container: string, argv: readonly string[], options: ExecOptions): Promise<CommandOutcome>;
  /** Runs a command in a running container on the terminal's own streams. Returns its exit code. */
  execHere(container: string, argv: readonly string[], options: ExecHereOptions): Promise<number>;
  /** Runs a one-off container, whatever its exit code. @throws RmaError when the engine cannot start it */
  oneOff(run: OneOff): Promise<CommandOutcome>;
  /** Runs a one-off container on the terminal's own streams. Returns its exit code; 125 if the engine cannot start it. */
  oneOffHere(run: OneOffHere): Promise<number>;
}

export interface ExecPlace {
  /** user of the command; null: the container's */
  readonly user?: string | null;
  /** working directory; null: the container's */
  readonly workdir?: string | null;
}

export interface ExecHereOptions extends ExecPlace {
  /** allocates a terminal in the container */
  readonly tty: boolean;
  readonly signal: AbortSignal;
}

export interface ExecOptions extends ExecPlace {
  /** keeps the command's stdin open until rma ends the call, so that a command that follows something can end */
  readonly openStdin?: boolean;
  readonly onStdout?: (line: string) => void;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}
