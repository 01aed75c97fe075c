import { imageKey } from '../../core/docker/image-reference.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { RmaError } from '../../core/errors.ts';
import { type BundleLine, type BundleRequest, readBundleLine } from '../../core/worker/bundle-lines.ts';
import { workerError } from '../../core/worker/read-worker-fault.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { buildWorkerImage } from '../execute/build-worker-image.ts';
import { ensureHostDirectory } from '../execute/host-directory.ts';
import { checkNfsServers } from '../observe/check-nfs-servers.ts';
import { observeStore } from '../observe/observe-engine.ts';
import { storeAccess } from '../observe/store-access.ts';
import { bindMount, runOnStore } from '../observe/store-container.ts';

/** A bundle on this machine that a container reads or writes. */
export interface BundleTask extends Omit<BundleRequest, 'path'> {
  readonly config: RmaConfig;
  readonly verb: 'export-bundle' | 'import-bundle';
  /** absolute path of the directory that is mounted */
  readonly directory: string;
  /** name of the tar file in it; null: the directory is the bundle */
  readonly name: string | null;
}

/** Where the directory of the bundle is in the container. */
const MOUNT = '/bundle';

/**
 * Exports the models of the project's volume to a bundle, or imports one, in a container of the worker image. An export
 * runs as the user of this command, who gets the files.
 * @throws RmaError RMA_DOCKER_*, RMA_COMPOSE_* (3), RMA_IMAGE_BUILD_FAILED, RMA_BUNDLE_FAILED (1), the error of the command
 */
export async function bundleInContainer(
  host: Pick<Host, 'engine' | 'docker' | 'files' | 'names' | 'caller'>,
  invocation: Pick<Invocation, 'workerImage' | 'reporter' | 'signal'>,
  { config, verb, directory, name, ...request }: BundleTask,
): Promise<Exclude<BundleLine, { readonly progress: unknown }>> {
  const [snapshot, access] = await Promise.all([observeStore(host), storeAccess(host, invocation, config)]);
  const { volume, owner, image } = access;
  if (!snapshot.images.has(imageKey(image))) {
    await buildWorkerImage(host, invocation, { tag: image, base: config.images.workerBase });
  }
  const isImport = verb === 'import-bundle';
  if (isImport && volume.type === 'host')
    await ensureHostDirectory(host, { holds: 'store', path: volume.path, owner });
  await checkNfsServers(host, config, snapshot.engine);
  let result: Exclude<BundleLine, { readonly progress: unknown }> | null = null;
  const mount = bindMount(directory, MOUNT);
  const outcome = await runOnStore(host, invocation, {
    access: isImport ? access : { ...access, owner: host.caller },
    verb,
    input: { ...request, path: name === null ? MOUNT : `${MOUNT}/${name}` } satisfies BundleRequest,
    mounts: [isImport ? `${mount},readonly` : mount],
    onStdout: (text) => {
      const line = readBundleLine(text, image);
      if ('progress' in line) invocation.reporter.emit({ type: 'model', progress: line.progress });
      else result = line;
    },
  });
  invocation.signal.throwIfAborted();
  if (outcome.exitCode === 0 && result !== null) return result;
  throw workerError(outcome.stderr) ?? endedEarly(outcome.stderr);
}

function endedEarly(stderr: string): RmaError {
  return new RmaError('RMA_BUNDLE_FAILED', `the container exited early: ${stderr.trim() || 'no output'}`, {
    hint: 'run the command again',
  });
}
