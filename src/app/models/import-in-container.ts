import { imageKey } from '../../core/docker/image-reference.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import type { ImportModel, ImportOutcome } from '../../core/domain/import.ts';
import { RmaError } from '../../core/errors.ts';
import { readImportLine } from '../../core/worker/import-lines.ts';
import { workerError } from '../../core/worker/read-worker-fault.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { buildWorkerImage } from '../execute/build-images.ts';
import { ensureHostDirectory } from '../execute/host-directory.ts';
import { checkNfsServers } from '../observe/check-nfs-servers.ts';
import { observeStore } from '../observe/observe-engine.ts';
import { storeAccess } from '../observe/store-access.ts';
import { bindMount, runOnStore } from '../observe/store-container.ts';

/** Where the directories of other programs are in the container. */
const MOUNT = '/import';

/**
 * Imports models into the project's volume, in a container of the worker image that sees their directories read-only. The
 * volume is created if it does not exist.
 * @throws RmaError RMA_DOCKER_*, RMA_COMPOSE_* (3), RMA_IMAGE_BUILD_FAILED, RMA_IMPORT_FAILED (1), the error of the command
 */
export async function importInContainer(
  host: Pick<Host, 'engine' | 'docker' | 'files' | 'names' | 'caller'>,
  invocation: Pick<Invocation, 'workerImage' | 'reporter' | 'signal'>,
  { config, models }: { readonly config: RmaConfig; readonly models: readonly ImportModel[] },
): Promise<readonly ImportOutcome[]> {
  const [snapshot, access] = await Promise.all([observeStore(host), storeAccess(host, invocation, config)]);
  const { volume, owner, image } = access;
  if (!snapshot.images.has(imageKey(image))) {
    await buildWorkerImage(host, invocation, { tag: image, base: config.images.workerBase });
  }
  if (volume.type === 'host') await ensureHostDirectory(host, { holds: 'store', path: volume.path, owner });
  await checkNfsServers(host, config, snapshot.engine);
  const directories = [...new Set(models.map(({ directory }) => directory))];
  const places = new Map(directories.map((directory, at) => [directory, `${MOUNT}/${at}`]));
  let outcomes: readonly ImportOutcome[] | null = null;
  const { exitCode, stderr } = await runOnStore(host, invocation, {
    access,
    verb: 'import',
    input: { models: models.map((found) => ({ ...found, directory: places.get(found.directory) ?? '' })) },
    mounts: [...places].map(([directory, place]) => `${bindMount(directory, place)},readonly`),
    onStdout: (line) => {
      const read = readImportLine(line, image);
      if ('outcomes' in read) outcomes = read.outcomes;
      else invocation.reporter.emit({ type: 'model', progress: read.progress });
    },
  });
  invocation.signal.throwIfAborted();
  const ended = outcomes as readonly ImportOutcome[] | null;
  if (exitCode === 0 && ended !== null) return ended.map((outcome) => withHostPaths(outcome, places));
  throw (
    workerError(stderr) ??
    new RmaError('RMA_IMPORT_FAILED', `the import container exited early: ${stderr.trim() || 'no output'}`, {
      hint: 'run the command again; imported models are kept',
    })
  );
}

/** Names the directories of this machine in errors, instead of those in the container. */
function withHostPaths(outcome: ImportOutcome, places: ReadonlyMap<string, string>): ImportOutcome {
  const { error } = outcome;
  if (error === null) return outcome;
  const message = [...places].reduce(
    (text, [directory, place]) => text.replaceAll(`${place}/`, `${directory}/`),
    error.message,
  );
  return { ...outcome, error: { ...error, message } };
}
