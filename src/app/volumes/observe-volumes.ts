import { imageKey } from '../../core/docker/image-reference.ts';
import type { Owner, RmaConfig, VolumeRole } from '../../core/domain/config.ts';
import type { EngineFacts, VolumeFacts } from '../../core/domain/docker-engine.ts';
import type { ContainerMount } from '../../core/domain/volume.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { unknownWord } from '../../core/nearest.ts';
import {
  type HostVolumes,
  type VolumeEntry,
  volumeEntries,
  volumeEntry,
} from '../../core/volume/volume-entry.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { storeOwner } from '../observe/project-files.ts';
import { requireDocker } from '../observe/require-docker.ts';

export type VolumesHost = Pick<Host, 'engine' | 'docker' | 'files' | 'caller' | 'names'>;
export type VolumesInvocation = Pick<Invocation, 'workerImage' | 'reporter' | 'signal'>;

/** The volumes of a host, and how containers of a project reach them. */
export interface ObservedVolumes extends HostVolumes {
  readonly config: RmaConfig;
  readonly engine: EngineFacts;
  readonly volumes: ReadonlyMap<string, VolumeFacts>;
  readonly mounts: readonly ContainerMount[];
  readonly entries: readonly VolumeEntry[];
  readonly image: string;
  readonly imageExists: boolean;
  /** the user of the store */
  readonly owner: Owner;
}

/** Returns the volumes and directories of rma on a host. @throws RmaError RMA_DOCKER_*, RMA_COMPOSE_* (3) */
export async function observeVolumes(
  host: VolumesHost,
  invocation: VolumesInvocation,
  config: RmaConfig,
): Promise<ObservedVolumes> {
  const engine = await requireDocker(host);
  const [volumes, mounts, images, image, existing] = await Promise.all([
    host.engine.volumes(),
    host.engine.mounts(),
    host.engine.images(),
    invocation.workerImage.tag(config.images.workerBase),
    directoriesOf(host, config),
  ]);
  const directories = new Set(existing.keys());
  const listed = { config, volumes, mounts, directories };
  return {
    ...listed,
    engine,
    entries: volumeEntries(listed),
    image,
    imageExists: images.has(imageKey(image)),
    owner: storeOwner(config, existing, host.caller),
  };
}

async function directoriesOf({ files }: Pick<Host, 'files'>, { volumes }: RmaConfig) {
  const paths = Object.values(volumes).flatMap((volume) => (volume.type === 'host' ? [volume.path] : []));
  const facts = await Promise.all(paths.map(async (path) => [path, await files.facts(path)] as const));
  return new Map(facts.flatMap(([path, found]) => (found === null ? [] : [[path, found] as const])));
}

/** Returns the user who writes to a volume of a role: rma's worker to the store, the engines to the cache. */
export function writerOf({ config, owner }: ObservedVolumes, role: VolumeRole | null): Owner {
  // the images of engines run as root, who owns a named volume; see securityOf in core/fleet
  return role === 'cache' && config.volumes.cache.type === 'named' ? { uid: 0, gid: 0 } : owner;
}

/**
 * Returns the volume that a word means: `store`, `cache`, the name of any Docker volume or the path of a directory.
 * @throws RmaError RMA_VOLUME_UNKNOWN (2)
 */
export function findVolume(observed: ObservedVolumes, word: string): VolumeEntry {
  const { entries, volumes } = observed;
  const found = entries.find(
    ({ name, declaredAs }) => declaredAs.some((role) => role === word) || name === word,
  );
  if (found !== undefined) return found;
  if (volumes.has(word)) return volumeEntry(observed, word);
  const known = ['store', 'cache', ...entries.map(({ name }) => name)];
  throw new RmaError('RMA_VOLUME_UNKNOWN', unknownWord('volume', word, [...new Set(known)]), {
    exitCode: EXIT.usage,
    hint: 'to list the volumes of rma: rma volumes ls; all volumes of Docker: docker volume ls',
  });
}
