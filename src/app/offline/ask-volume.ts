import { imageKey } from '../../core/docker/image-reference.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { RmaError } from '../../core/errors.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { buildWorkerImage } from '../execute/build-worker-image.ts';
import { observeStore } from '../observe/observe-engine.ts';
import { storeAccess } from '../observe/store-access.ts';
import { runOnStore, type StoreAccess, type StoreCommand, storeExists } from '../observe/store-container.ts';

export type VolumeHost = Pick<Host, 'engine' | 'docker' | 'files' | 'caller'>;
export type VolumeInvocation = Pick<Invocation, 'workerImage' | 'reporter' | 'signal'>;

export interface VolumeQuestion extends Omit<StoreCommand, 'access'> {
  readonly config: RmaConfig;
}

/** What a command of the worker image printed. */
export interface VolumeAnswer {
  readonly stdout: string;
  readonly image: string;
}

/**
 * Runs a command of the worker image on the store of a project, which only `remove` changes; the image is built if it is missing:
 * only it reaches a volume. Returns null if the store does not exist.
 * @throws RmaError RMA_STORE_UNREADABLE, RMA_STORE_REMOVE_FAILED (1), RMA_DOCKER_*, RMA_COMPOSE_* (3), RMA_IMAGE_BUILD_FAILED (1)
 */
export async function askVolume(
  host: VolumeHost,
  invocation: VolumeInvocation,
  { config, verb, input }: VolumeQuestion,
): Promise<VolumeAnswer | null> {
  const [snapshot, access] = await Promise.all([observeStore(host), storeAccess(host, invocation, config)]);
  if (!(await storeExists(host, access, snapshot))) return null;
  if (!snapshot.images.has(imageKey(access.image))) {
    await buildWorkerImage(host, invocation, { tag: access.image, base: config.images.workerBase });
  }
  const outcome = await runOnStore(host, invocation, { access, verb, input });
  if (outcome.exitCode !== 0) throw (verb === 'remove' ? notRemoved : unreadable)(access, outcome.stderr);
  return { stdout: outcome.stdout, image: access.image };
}

function unreadable({ image }: StoreAccess, stderr: string): RmaError {
  return new RmaError(
    'RMA_STORE_UNREADABLE',
    `cannot read the store with ${image}: ${stderr.trim() || 'no output'}`,
    {
      hint: 'check the volume of the store: docker volume inspect, and rma models ls',
    },
  );
}

function notRemoved({ image }: StoreAccess, stderr: string): RmaError {
  return new RmaError(
    'RMA_STORE_REMOVE_FAILED',
    `${image} could not remove the models: ${stderr.trim() || 'no output'}`,
    { hint: 'run the command again; what was not removed is still listed: rma models ls --stored' },
  );
}
