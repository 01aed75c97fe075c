import type { RmaConfig } from '../../core/domain/config.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { ONE_OFF_LABEL } from '../../core/labels.ts';
import { STORE_MOUNT } from '../../core/store/layout.ts';
import type { VolumeEntry } from '../../core/volume/volume-entry.ts';
import type { CommandOutcome } from '../../ports/command-runner.ts';
import type { OneOffHere } from '../../ports/docker-cli.ts';
import { ensureImage, volumeOnlyMount } from './ask-volume.ts';
import {
  findVolume,
  observeVolumes,
  type VolumesHost,
  type VolumesInvocation,
  writerOf,
} from './observe-volumes.ts';

export interface ShellRequest {
  readonly config: RmaConfig;
  /** as findVolume takes it */
  readonly name: string;
  /** empty: a shell */
  readonly command: readonly string[];
  readonly writable: boolean;
  readonly tty: boolean;
  /** true: returns the output instead of passing it on */
  readonly captured: boolean;
  /** called before the command runs */
  readonly onOpen: (volume: VolumeEntry, path: string) => void;
}

/** Path of a volume other than a store in the container. */
const VOLUME_PATH = '/volume';
/** Exit code of `docker run` when the engine could not create or start the container. */
const NOT_STARTED = 125;

/**
 * Runs a command, or a shell, in a container on a volume, as the user who writes there. The volume is read-only by default.
 * Returns its exit code, with its output if it is captured.
 * @throws RmaError RMA_VOLUME_UNKNOWN (2), RMA_VOLUME_MISSING, RMA_VOLUME_UNMOUNTABLE (3), RMA_DOCKER_* (3), RMA_IMAGE_BUILD_FAILED (1)
 */
export async function volumeShell(
  host: VolumesHost,
  invocation: VolumesInvocation,
  request: ShellRequest,
): Promise<CommandOutcome> {
  const { config, name, command, writable, tty } = request;
  const observed = await observeVolumes(host, invocation, config);
  const entry = findVolume(observed, name);
  assertExists(entry);
  await ensureImage(host, invocation, observed);
  const path = entry.role === 'store' ? STORE_MOUNT : VOLUME_PATH;
  const { uid, gid } = writerOf(observed, entry.role);
  const run: OneOffHere = {
    image: observed.image,
    argv: command.length > 0 ? command : ['sh'],
    user: `${uid}:${gid}`,
    workdir: path,
    mounts: [`${volumeOnlyMount(entry, path)}${writable ? '' : ',readonly'}`],
    env: {},
    extraHosts: [],
    network: false,
    labels: { [ONE_OFF_LABEL]: config.project },
    tty,
    signal: invocation.signal,
  };
  request.onOpen(entry, path);
  if (request.captured) return host.docker.oneOff({ ...run, stdin: '' });
  const exitCode = await host.docker.oneOffHere(run);
  if (exitCode === NOT_STARTED) throw notStarted(entry);
  return { exitCode, stdout: '', stderr: '' };
}

/** @throws RmaError RMA_VOLUME_MISSING (3) */
export function assertExists({ name, kind, exists, declaredAs: [role] }: VolumeEntry): void {
  if (exists) return;
  const what = kind === 'host' ? 'directory' : 'volume';
  throw new RmaError('RMA_VOLUME_MISSING', `the ${what} ${name} does not exist yet`, {
    exitCode: EXIT.notReady,
    hint:
      role === 'cache'
        ? 'rma up creates it for the first engine that writes a cache; existing volumes: rma volumes ls'
        : 'rma up and rma models pull create it; existing volumes: rma volumes ls',
  });
}

function notStarted({ name }: VolumeEntry): RmaError {
  return new RmaError('RMA_VOLUME_UNMOUNTABLE', `the container on the volume ${name} could not start`, {
    exitCode: EXIT.notReady,
    hint: 'the error of Docker is above; to check the volume: rma volumes check',
  });
}
