import { imageKey } from '../../core/docker/image-reference.ts';
import type { ExportedBundle, ImportedBundle } from '../../core/domain/bundle.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { RmaError } from '../../core/errors.ts';
import { type BundleLine, type BundleRequest, readBundleLine } from '../../core/worker/bundle-lines.ts';
import { workerError } from '../../core/worker/read-worker-fault.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { buildWorkerImage } from '../execute/build-images.ts';
import { ensureHostDirectory } from '../execute/host-directory.ts';
import { checkNfsServers } from '../observe/check-nfs-servers.ts';
import { observeStore } from '../observe/observe-engine.ts';
import { storeAccess } from '../observe/store-access.ts';
import { bindMount, runOnStore, type StoreAccess, type StoreCommand } from '../observe/store-container.ts';

export type BundleHost = Pick<Host, 'engine' | 'docker' | 'files' | 'names' | 'caller'>;
export type BundleInvocation = Pick<Invocation, 'workerImage' | 'reporter' | 'signal'>;

/** A bundle on this machine that a container reads or writes. */
export interface MountedBundle {
  readonly config: RmaConfig;
  /** absolute path of the directory that is mounted */
  readonly directory: string;
  /** name of the tar file in it; null: the directory is the bundle */
  readonly name: string | null;
}

/** Where the directory of the bundle is in the container. */
const MOUNT = '/bundle';

/**
 * Exports models of the project's volume to a bundle in a mounted directory. The container runs as the user of this command,
 * who gets the files.
 * @throws RmaError RMA_DOCKER_*, RMA_COMPOSE_* (3), RMA_IMAGE_BUILD_FAILED, RMA_BUNDLE_FAILED (1), the error of the command
 */
export async function exportInContainer(
  host: BundleHost,
  invocation: BundleInvocation,
  { config, directory, name, ...request }: MountedBundle & Pick<BundleRequest, 'refs' | 'splitBytes'>,
): Promise<ExportedBundle> {
  const access = await reachStore(host, invocation, config);
  const line = await runTask(host, invocation, {
    access: { ...access, owner: host.caller },
    verb: 'export-bundle',
    input: {
      ...request,
      form: name === null ? 'directory' : 'tar',
      path: pathOf(name),
    } satisfies BundleRequest,
    mounts: [bindMount(directory, MOUNT)],
    place: placeIn({ directory, name }),
  });
  if ('exported' in line) return line.exported;
  throw new Error('an export ended as an import');
}

/**
 * Exports models of the project's volume as a tar stream, which `read` takes. Returns the result after its end.
 * @throws RmaError as exportInContainer, and what `read` throws
 */
export async function exportStream(
  host: BundleHost,
  invocation: BundleInvocation,
  {
    config,
    refs,
    read,
  }: {
    readonly config: RmaConfig;
    readonly refs: readonly string[];
    readonly read: (stream: AsyncIterable<Uint8Array>) => Promise<void>;
  },
): Promise<ExportedBundle> {
  const access = await reachStore(host, invocation, config);
  let endedEarly: RmaError | null = null;
  const line = await runTask(host, invocation, {
    access,
    verb: 'export-bundle',
    input: { refs, form: 'stdout', path: '-', splitBytes: null } satisfies BundleRequest,
    readStdout: async (stream) => {
      try {
        await read(stream);
      } catch (error) {
        // the container reports why
        if (!(error instanceof RmaError) || error.code !== 'RMA_BUNDLE_INCOMPLETE') throw error;
        endedEarly = error;
      }
    },
  });
  if (endedEarly !== null) throw endedEarly;
  if ('exported' in line) return line.exported;
  throw new Error('an export ended as an import');
}

/**
 * Imports a bundle in a mounted directory, or a tar stream, into the project's volume, which is created if it does not exist.
 * @throws RmaError as exportInContainer, the error of the stream
 */
export async function importInContainer(
  host: BundleHost,
  invocation: BundleInvocation,
  task: MountedBundle | { readonly config: RmaConfig; readonly stream: AsyncIterable<Uint8Array> },
): Promise<ImportedBundle> {
  const access = await reachStore(host, invocation, task.config);
  const { volume, owner } = access;
  if (volume.type === 'host') await ensureHostDirectory(host, { holds: 'store', path: volume.path, owner });
  const command = { access, verb: 'import-bundle' } as const;
  const line = await runTask(host, invocation, {
    ...command,
    ...('stream' in task
      ? { input: {}, stream: task.stream }
      : {
          input: { refs: [], form: 'tar', splitBytes: null, path: pathOf(task.name) } satisfies BundleRequest,
          mounts: [`${bindMount(task.directory, MOUNT)},readonly`],
          place: placeIn(task),
        }),
  });
  if ('imported' in line) return line.imported;
  throw new Error('an import ended as an export');
}

/** Paths of a bundle in the container and on this machine. */
interface BundleTaskPlace {
  readonly containerPath: string;
  readonly hostPath: string;
}

function placeIn({ directory, name }: Pick<MountedBundle, 'directory' | 'name'>): BundleTaskPlace {
  return { containerPath: pathOf(name), hostPath: name === null ? directory : `${directory}/${name}` };
}

function pathOf(name: string | null): string {
  return name === null ? MOUNT : `${MOUNT}/${name}`;
}

async function reachStore(
  host: BundleHost,
  invocation: BundleInvocation,
  config: RmaConfig,
): Promise<StoreAccess> {
  const [snapshot, access] = await Promise.all([observeStore(host), storeAccess(host, invocation, config)]);
  if (!snapshot.images.has(imageKey(access.image)))
    await buildWorkerImage(host, invocation, { tag: access.image, base: config.images.workerBase });
  await checkNfsServers(host, config, snapshot.engine);
  return access;
}

/** Runs the command, and returns the result that it printed: to stderr if its output is a stream. */
async function runTask(
  host: BundleHost,
  invocation: BundleInvocation,
  { place, ...task }: StoreCommand & { readonly place?: BundleTaskPlace },
): Promise<Exclude<BundleLine, { readonly progress: unknown }>> {
  const { image } = task.access;
  let result: Exclude<BundleLine, { readonly progress: unknown }> | null = null;
  const onLine = (text: string) => {
    const line = readBundleLine(text, image);
    if ('progress' in line) {
      const { progress } = line;
      // of the bundle itself: its path is another one in the container
      const ref = progress.ref === place?.containerPath ? place.hostPath : progress.ref;
      invocation.reporter.emit({ type: 'model', progress: { ...progress, ref } });
    } else result = line;
  };
  const outcome = await runOnStore(host, invocation, {
    ...task,
    ...(task.readStdout === undefined && { onStdout: onLine }),
  });
  invocation.signal.throwIfAborted();
  if (outcome.exitCode !== 0) throw named(workerError(outcome.stderr), place) ?? endedEarly(outcome.stderr);
  if (task.readStdout !== undefined) onLine(outcome.stderr.trim().split('\n').at(-1) ?? '');
  if (result !== null) return result;
  throw endedEarly(outcome.stderr);
}

/** Returns the error with the path of the bundle on this machine. */
function named(error: RmaError | null, place: BundleTaskPlace | undefined): RmaError | null {
  if (error === null || place === undefined) return error;
  const { code, exitCode, hint } = error;
  const message = error.message.replaceAll(place.containerPath, place.hostPath);
  return new RmaError(code, message, { exitCode, ...(hint !== undefined && { hint }), cause: error });
}

function endedEarly(stderr: string): RmaError {
  return new RmaError('RMA_BUNDLE_FAILED', `the container exited early: ${stderr.trim() || 'no output'}`, {
    hint: 'run the command again',
  });
}
