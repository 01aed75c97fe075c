import { volumeText } from '../config/volume-text.ts';
import { volumeOf } from '../docker/volume-of.ts';
import type { RmaConfig, VolumeRole } from '../domain/config.ts';
import type { ContainerSummary } from '../domain/container.ts';
import type { ContainerMount } from '../domain/volume.ts';
import { EXIT } from '../errors.ts';
import type { PlanCheck } from '../plan/plan-types.ts';
import { checkVolume } from '../plan/plan-volumes.ts';
import { shell } from '../shell-quote.ts';
import { STORE_MOUNT } from '../store/layout.ts';
import type { VolumeEntry } from './volume-entry.ts';

/** Docker gives a volume without a name one of 64 hexadecimal digits. */
const ANONYMOUS = /^[0-9a-f]{64}$/;

/**
 * Returns an error for each container of the project that has its models in its own layer, in memory or in an anonymous
 * volume: they are gone with the container, and downloaded again.
 */
export function persistenceFindings(
  containers: readonly Pick<ContainerSummary, 'name' | 'service' | 'profile'>[],
  mounts: readonly ContainerMount[],
): readonly PlanCheck[] {
  return containers.flatMap(({ name, service, profile }): PlanCheck[] => {
    // the coordinator has no models
    if (profile === null) return [];
    const mount = mounts.find(({ container, path }) => container === name && path === STORE_MOUNT);
    const fault = mountFault(mount);
    if (fault === null) return [];
    return [
      {
        level: 'error',
        code: 'RMA_VOLUME_NOT_PERSISTENT',
        message: `${service} has its models in ${fault}: they are lost with the container ${name}, and downloaded again`,
        hint: 'recreate it with the store: rma up; a compose.override.yaml must not change the mount of /models',
        exitCode: EXIT.notReady,
        details: { service, container: name },
      },
    ];
  });
}

function mountFault(mount: ContainerMount | undefined): string | null {
  if (mount === undefined) return 'its own file system, as nothing is mounted at /models';
  if (mount.kind === 'other') return 'memory (tmpfs)';
  return mount.kind === 'volume' && ANONYMOUS.test(mount.source) ? 'an anonymous volume' : null;
}

/** Returns how an existing volume differs from the settings that declare it; its options never change. */
export function driftFindings(
  config: Pick<RmaConfig, 'volumes' | 'nfsOptions'>,
  { facts, declaredAs }: Pick<VolumeEntry, 'facts' | 'declaredAs'>,
): readonly PlanCheck[] {
  const [role] = declaredAs;
  if (role === undefined || facts === null) return [];
  const wanted = volumeOf(config, role);
  return wanted.type === 'host' ? [] : checkVolume(wanted, facts);
}

/**
 * Returns a warning for each volume of the same NFS export with other mount options, which an earlier setting created: the
 * name of an NFS volume contains a hash of its options.
 */
export function formerFindings(entries: readonly VolumeEntry[], declared: VolumeEntry): readonly PlanCheck[] {
  if (declared.kind !== 'nfs' || declared.declaredAs.length === 0) return [];
  const former = entries.filter(
    ({ kind, name, location }) => kind === 'nfs' && name !== declared.name && location === declared.location,
  );
  return former.map(({ name, facts, mounts }) => {
    const users = mounts.map(({ container }) => container);
    const used = users.length > 0;
    return {
      level: 'warning',
      code: 'RMA_VOLUME_DRIFT',
      message: used
        ? `${[...new Set(users)].join(', ')} mount ${declared.location} with other options: ${facts?.options['o']} (volume ${name})`
        : `the volume ${name} mounts ${declared.location} with options of an earlier setting, and nothing uses it`,
      hint: used
        ? 'to apply the options of the settings: rma up'
        : shell`to remove the volume, not the files on the server: rma volumes rm ${name}`,
      exitCode: EXIT.ok,
      details: { volume: name },
    };
  });
}

/** Returns a warning for a volume of one machine in a project with several hosts. */
export function sharingFindings(
  { hosts, projectHosts, volumes }: Pick<RmaConfig, 'hosts' | 'projectHosts' | 'volumes'>,
  role: VolumeRole,
): readonly PlanCheck[] {
  const names = projectHosts ?? Object.keys(hosts);
  const spec = volumes[role];
  if (names.length < 2 || role !== 'store' || spec.type === 'nfs') return [];
  return [
    {
      level: 'warning',
      code: 'RMA_VOLUME_LOCAL',
      message: `${volumeText(spec)} is on one machine only: each of the hosts ${names.join(', ')} downloads its own copy of the models`,
      hint: 'to download each model once and copy it, set models: { distribute: lan } in rma.yaml; to share one store, export a directory over NFS: --volume nfs:SERVER:/EXPORT, or in rma.yaml: volumes: { store: "nfs:SERVER:/EXPORT" }',
      exitCode: EXIT.ok,
      details: { volume: volumeText(spec) },
    },
  ];
}
