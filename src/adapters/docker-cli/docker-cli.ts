import { hostFault } from '../../core/docker/host-fault.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { failureReason } from '../../core/last-line.ts';
import { shell } from '../../core/shell-quote.ts';
import type { CommandOutcome, CommandRunner } from '../../ports/command-runner.ts';
import type {
  ComposeProject,
  DockerCli,
  ExecHereOptions,
  ExecOptions,
  ExecPlace,
  ImageBuild,
  ImagePull,
  OneOff,
  OneOffHere,
  ServicesUp,
} from '../../ports/docker-cli.ts';
import { composeFault } from './compose-fault.ts';
import { oneOffArguments } from './one-off.ts';

/** The command takes a fraction of a second, on a loaded machine many seconds. */
const QUICK_MS = 60_000;
/** Exit code of `docker run` when the engine could not create or start the container. */
const NOT_STARTED = 125;

/** Returns the files of a directory of this machine as a tar archive. */
type PackContext = (directory: string) => AsyncIterable<Uint8Array>;

/** The user's own `docker` command with its Compose plugin. */
export class SpawnedDockerCli implements DockerCli {
  readonly #runner: CommandRunner;
  readonly #pack: PackContext | null;

  /** @param pack of a `docker` on another machine: it gets build contexts as archives */
  constructor(runner: CommandRunner, pack: PackContext | null = null) {
    this.#runner = runner;
    this.#pack = pack;
  }

  async composeVersion(): Promise<string> {
    const outcome = await this.#runner.run({
      argv: ['docker', 'compose', 'version', '--short'],
      timeoutMs: QUICK_MS,
    });
    const version = outcome.stdout.trim().replace(/^v/, '');
    if (outcome.exitCode === 0 && /^\d/.test(version)) return version;
    throw new RmaError('RMA_COMPOSE_MISSING', 'docker is installed, but its Compose plugin is not', {
      exitCode: EXIT.notReady,
      hint: 'install it: sudo apt-get install docker-compose-plugin (docs: https://docs.docker.com/compose/install/linux/)',
    });
  }

  async build({ tag, aliases = [], context, base }: ImageBuild, signal: AbortSignal): Promise<void> {
    const argv = [
      'docker',
      'build',
      '--quiet',
      '--tag',
      tag,
      ...aliases.flatMap((alias) => ['--tag', alias]),
      ...(base === null ? [] : ['--build-arg', `BASE=${base}`]),
      this.#pack === null ? context : '-',
    ] as const;
    const input = this.#pack === null ? {} : { stdin: { bytes: this.#pack(context) } };
    const outcome = await this.#runner.run({ argv, ...input, signal });
    if (outcome.exitCode === 0) return;
    throwImageFault(outcome);
    if (base === null) {
      throw new RmaError(
        'RMA_IMAGE_BUILD_FAILED',
        `failed to build ${tag} from ${context}: ${failureReason(outcome)}`,
        { hint: shell`to see the whole output: docker build ${context}` },
      );
    }
    throw new RmaError(
      'RMA_IMAGE_BUILD_FAILED',
      `failed to build the worker image ${tag}: ${failureReason(outcome)}`,
      {
        hint: `${shell`check that the base image exists: docker pull ${base}`}; to use another base: --worker-base IMAGE`,
      },
    );
  }

  async tag({ image, tag }: Parameters<DockerCli['tag']>[0], signal: AbortSignal): Promise<void> {
    const outcome = await this.#runner.run({ argv: ['docker', 'tag', image, tag], signal });
    if (outcome.exitCode === 0) return;
    throw new RmaError(
      'RMA_IMAGE_TAG_FAILED',
      `failed to tag ${image} as ${tag}: ${failureReason(outcome)}`,
      {
        hint: 'if the image was removed in the meantime, rma up builds it again',
      },
    );
  }

  async pull({ image, digest, option }: ImagePull, signal: AbortSignal): Promise<void> {
    const exact =
      digest === undefined ? image : `${image.replace(/@.*$/, '').replace(/:[^/:]*$/, '')}@${digest}`;
    const pulled = await this.#runner.run({ argv: ['docker', 'pull', '--quiet', exact], signal });
    const isTagged = exact === image || pulled.exitCode !== 0;
    const outcome = isTagged
      ? pulled
      : await this.#runner.run({ argv: ['docker', 'tag', exact, image], signal });
    if (outcome.exitCode === 0) return;
    throwImageFault(outcome);
    throw new RmaError(
      'RMA_IMAGE_PULL_FAILED',
      `failed to pull the image ${image}: ${failureReason(outcome)}`,
      {
        hint: `${shell`try: docker pull ${image}`}; to use another image: ${option}`,
      },
    );
  }

  async up(project: ComposeProject, { start, recreate }: ServicesUp, signal: AbortSignal): Promise<void> {
    const up = ['up', '--detach', '--no-deps', '--pull', 'never'];
    if (recreate.length > 0) await this.#compose(project, [...up, '--force-recreate', ...recreate], signal);
    if (start.length > 0) await this.#compose(project, [...up, ...start], signal);
  }

  async logs(
    project: ComposeProject,
    args: readonly string[],
    { signal, onLine }: Parameters<DockerCli['logs']>[2],
  ): Promise<number> {
    const argv = composeArguments(project, ['logs', ...args]);
    if (onLine === undefined) return this.#runner.passThrough({ argv, signal });
    const { exitCode } = await this.#runner.run({ argv, signal, onStdout: onLine, onStderr: onLine });
    return exitCode;
  }

  async exec(container: string, argv: readonly string[], options: ExecOptions): Promise<CommandOutcome> {
    const { openStdin, user, workdir, ...rest } = options;
    const place = placeFlags({ user: user ?? null, workdir: workdir ?? null });
    if (!openStdin)
      return this.#runner.run({ argv: ['docker', 'exec', ...place, container, ...argv], ...rest });
    const command: [string, ...string[]] = ['docker', 'exec', '--interactive', ...place, container, ...argv];
    return this.#runner.run({ argv: command, stdin: { open: true }, ...rest });
  }

  async execHere(container: string, argv: readonly string[], options: ExecHereOptions): Promise<number> {
    const { tty, signal, ...place } = options;
    const flags = ['--interactive', ...(tty ? ['--tty'] : []), ...placeFlags(place)];
    return this.#runner.passThrough({ argv: ['docker', 'exec', ...flags, container, ...argv], tty, signal });
  }

  async oneOff(run: OneOff): Promise<CommandOutcome> {
    const { stdin, onStdout, onStderr, readStdout, signal } = run;
    const outcome = await this.#runner.run({
      argv: oneOffArguments(run),
      stdin,
      ...(onStdout && { onStdout }),
      ...(onStderr && { onStderr }),
      ...(readStdout && { readStdout }),
      ...(signal && { signal }),
    });
    if (outcome.exitCode === NOT_STARTED) throwHostFault(outcome);
    return outcome;
  }

  async oneOffHere(run: OneOffHere): Promise<number> {
    const { tty, signal } = run;
    const [docker, command, ...rest] = oneOffArguments(run);
    const argv: [string, ...string[]] = [docker, command ?? 'run', ...(tty ? ['--tty'] : []), ...rest];
    return this.#runner.passThrough({ argv, tty, ...(signal && { signal }) });
  }

  async #compose(project: ComposeProject, args: readonly string[], signal: AbortSignal): Promise<void> {
    const outcome = await this.#runner.run({ argv: composeArguments(project, args), signal });
    if (outcome.exitCode !== 0) throw composeFault(args[0] ?? '', outcome);
  }
}

function throwHostFault({ stderr }: CommandOutcome): void {
  const fault = hostFault(stderr);
  if (fault !== null) throw fault;
}

const IMAGE_FAULTS: ReadonlySet<string> = new Set(['RMA_DOCKER_DISK_FULL', 'RMA_DOCKER_UNREACHABLE']);

/** Throws the faults of the engine. What else a pull or a build prints is of a registry or a program, with words of their own. */
function throwImageFault({ stderr }: CommandOutcome): void {
  const fault = hostFault(stderr);
  if (fault !== null && IMAGE_FAULTS.has(fault.code)) throw fault;
}

function placeFlags({ user, workdir }: ExecPlace): readonly string[] {
  return [...(user ? ['--user', user] : []), ...(workdir ? ['--workdir', workdir] : [])];
}

function composeArguments(project: ComposeProject, args: readonly string[]): [string, ...string[]] {
  const file = project.file === null ? [] : ['--file', project.file];
  return [
    'docker',
    'compose',
    '--ansi',
    'never',
    '--progress',
    'quiet',
    '--project-name',
    project.name,
    ...file,
    ...args,
  ];
}
