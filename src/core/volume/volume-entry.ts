import type { DockerVolume } from '../docker/volume-of.ts';
import { volumeOf } from '../docker/volume-of.ts';
import type { RmaConfig, VolumeRole } from '../domain/config.ts';
import type { VolumeFacts } from '../domain/docker-engine.ts';
import type { ContainerMount } from '../domain/volume.ts';
import { LABEL, LOCK_LABEL } from '../labels.ts';
import { STORE_MOUNT } from '../store/layout.ts';

/** A volume or host directory that rma uses on a host. */
export interface VolumeEntry {
  /** name of the Docker volume, or path of the directory */
  readonly name: string;
  /** what it holds; null: unknown */
  readonly role: VolumeRole | null;
  /** `other`: a volume with a driver or options that rma does not use */
  readonly kind: 'named' | 'host' | 'nfs' | 'other';
  /** as `host:PATH` and `nfs:SERVER:/EXPORT` write it, or the directory of a named volume; null: unknown */
  readonly location: string | null;
  readonly exists: boolean;
  /** as the engine lists it; null for a directory, and for a volume that does not exist */
  readonly facts: VolumeFacts | null;
  /** the roles that the settings of the project give it */
  readonly declaredAs: readonly VolumeRole[];
  /** projects of rma that use it, sorted */
  readonly projects: readonly string[];
  /** its mounts in containers of all programs */
  readonly mounts: readonly ContainerMount[];
}

export interface HostVolumes {
  readonly config: Pick<RmaConfig, 'project' | 'volumes' | 'nfsOptions'>;
  readonly volumes: ReadonlyMap<string, VolumeFacts>;
  readonly mounts: readonly ContainerMount[];
  /** directories of the settings that exist */
  readonly directories: ReadonlySet<string>;
}

const ROLES: readonly VolumeRole[] = ['store', 'cache'];

/** Where Compose mounts secrets and configs: their files are no volumes. */
const FILES_OF_COMPOSE = /^\/(?:run\/secrets|etc\/rma)\//;

/** Returns the volumes and directories of rma on a host: those of the settings first, then by name. */
export function volumeEntries(host: HostVolumes): readonly VolumeEntry[] {
  const declared = ROLES.map((role) => nameOf(volumeOf(host.config, role)));
  const labelled = [...host.volumes.values()].filter(isOfRma).map(({ name }) => name);
  const mounted = host.mounts.filter(isVolumeOfService).map(({ source }) => source);
  const others = [...new Set([...labelled, ...mounted])].filter((name) => !declared.includes(name));
  return [...new Set([...declared, ...others.sort()])].map((name) => volumeEntry(host, name));
}

/** Returns one volume, or one directory for an absolute path, whether it exists and is of rma or not. */
export function volumeEntry(host: HostVolumes, name: string): VolumeEntry {
  const { config, volumes, mounts, directories } = host;
  const facts = volumes.get(name) ?? null;
  const declaredAs = ROLES.filter((role) => nameOf(volumeOf(config, role)) === name);
  const own = mounts.filter(({ kind, source }) => kind !== 'other' && source === name);
  const wanted = declaredAs.map((role) => volumeOf(config, role))[0];
  const isDirectory = name.startsWith('/');
  const options = facts?.options ?? (wanted?.type === 'volume' ? wanted.options : {});
  const projects = [
    ...own.flatMap(({ project }) => project ?? []),
    ...(facts?.labels[LABEL.project] === undefined ? [] : [facts.labels[LABEL.project] ?? '']),
  ];
  return {
    name,
    role: declaredAs[0] ?? roleByUse(facts, own),
    kind: isDirectory ? 'host' : kindOf(facts?.driver ?? 'local', options),
    location: isDirectory ? name : locationOf(options, facts),
    exists: facts !== null || (isDirectory && (directories.has(name) || own.length > 0)),
    facts,
    declaredAs,
    projects: [...new Set(projects)].sort(),
    mounts: own,
  };
}

/** Returns what Docker mounts for an entry. */
export function dockerVolumeOf({ name, kind, facts }: VolumeEntry): DockerVolume {
  if (kind === 'host') return { type: 'host', path: name };
  return { type: 'volume', name, options: facts?.options ?? {} };
}

function nameOf(volume: DockerVolume): string {
  return volume.type === 'host' ? volume.path : volume.name;
}

function isOfRma({ labels }: VolumeFacts): boolean {
  return LABEL.project in labels && !(LOCK_LABEL.lock in labels) && !(LOCK_LABEL.reservation in labels);
}

function isVolumeOfService({ kind, service, path }: ContainerMount): boolean {
  return kind !== 'other' && service !== null && !FILES_OF_COMPOSE.test(path);
}

function roleByUse(facts: VolumeFacts | null, mounts: readonly ContainerMount[]): VolumeRole | null {
  const label = facts?.labels['com.docker.compose.volume'];
  const labelled = facts !== null && isOfRma(facts) ? ROLES.find((role) => role === label) : undefined;
  if (labelled !== undefined) return labelled;
  return mounts.some(({ service, path }) => service !== null && path === STORE_MOUNT) ? 'store' : null;
}

function kindOf(driver: string, options: VolumeFacts['options']): VolumeEntry['kind'] {
  if (driver !== 'local') return 'other';
  if (/^nfs4?$/.test(options['type'] ?? '')) return 'nfs';
  return Object.keys(options).length === 0 ? 'named' : 'other';
}

function locationOf(options: VolumeFacts['options'], facts: VolumeFacts | null): string | null {
  const server = /(?:^|,)addr=([^,]*)/.exec(options['o'] ?? '')?.[1];
  const device = (options['device'] ?? '').replace(/^:/, '');
  if (server !== undefined) return `${server.includes(':') ? `[${server}]` : server}:${device}`;
  return device || (facts?.mountpoint ?? null);
}
