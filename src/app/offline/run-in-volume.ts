import { imageKey } from '../../core/docker/image-reference.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { RmaError } from '../../core/errors.ts';
import { shell } from '../../core/shell-quote.ts';
import { workerError } from '../../core/worker/read-worker-fault.ts';
import { STORE_VERBS, type StoreVerb } from '../../core/worker/store-verbs.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { buildWorkerImage } from '../execute/build-images.ts';
import { observeStore } from '../observe/observe-engine.ts';
import { storeAccess } from '../observe/store-access.ts';
import { runOnStore, type StoreAccess, type StoreCommand, storeExists } from '../observe/store-container.ts';

export type VolumeHost = Pick<Host, 'engine' | 'docker' | 'files' | 'caller'>;
export type VolumeInvocation = Pick<Invocation, 'workerImage' | 'reporter' | 'signal'>;

export interface VolumeCommand extends Omit<StoreCommand, 'access'> {
  readonly config: RmaConfig;
}

/** What a command of the worker image printed. */
export interface VolumeOutput {
  readonly stdout: string;
  readonly image: string;
}

/**
 * Runs a command of the worker image on the store of a project. The image is built if it is missing: only it reaches a volume.
 * Returns null if the store does not exist.
 * @throws RmaError the error of the command; RMA_STORE_UNREADABLE, RMA_STORE_COMMAND_FAILED (1) if it ended without one;
 *   RMA_DOCKER_*, RMA_COMPOSE_* (3), RMA_IMAGE_BUILD_FAILED (1)
 */
export async function runInVolume(
  host: VolumeHost,
  invocation: VolumeInvocation,
  { config, ...command }: VolumeCommand,
): Promise<VolumeOutput | null> {
  const [snapshot, access] = await Promise.all([observeStore(host), storeAccess(host, invocation, config)]);
  if (!(await storeExists(host, access, snapshot))) return null;
  if (!snapshot.images.has(imageKey(access.image))) {
    await buildWorkerImage(host, invocation, { tag: access.image, base: config.images.workerBase });
  }
  const outcome = await runOnStore(host, invocation, { access, ...command });
  if (outcome.exitCode !== 0)
    throw workerError(outcome.stderr) ?? commandFailed(access, command.verb, outcome.stderr);
  return { stdout: outcome.stdout, image: access.image };
}

function commandFailed({ image, volume }: StoreAccess, verb: StoreVerb, stderr: string): RmaError {
  const why = stderr.trim() || 'no output';
  return STORE_VERBS[verb] === 'read'
    ? new RmaError('RMA_STORE_UNREADABLE', `cannot read the store with ${image}: ${why}`, {
        hint: `check the store: ${inspection(volume)}`,
      })
    : new RmaError('RMA_STORE_COMMAND_FAILED', `${image} could not change the store: ${why}`, {
        hint: 'run the command again; to list what is in the store: rma models ls --stored',
      });
}

/** Returns the command that shows a volume, or the directory on the host. */
function inspection(volume: StoreAccess['volume']): string {
  return volume.type === 'host' ? shell`ls -ld ${volume.path}` : shell`docker volume inspect ${volume.name}`;
}
