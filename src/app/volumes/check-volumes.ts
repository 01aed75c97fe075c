import type { RmaConfig, VolumeRole } from '../../core/domain/config.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { planNfs } from '../../core/plan/plan-nfs.ts';
import type { PlanCheck } from '../../core/plan/plan-types.ts';
import {
  driftFindings,
  formerFindings,
  persistenceFindings,
  sharingFindings,
} from '../../core/volume/mount-findings.ts';
import { type CheckedVolume, volumeFindings } from '../../core/volume/volume-findings.ts';
import { checkNfsServers } from '../observe/check-nfs-servers.ts';
import { ofProject } from '../observe/project-containers.ts';
import { ensureImage, probeVolume, readVolume } from './ask-volume.ts';
import {
  findVolume,
  type ObservedVolumes,
  observeVolumes,
  type VolumesHost,
  type VolumesInvocation,
  writerOf,
} from './observe-volumes.ts';

export interface CheckRequest {
  readonly config: RmaConfig;
  readonly roles: readonly VolumeRole[];
}

/** A volume with everything that was found. */
export interface CheckResult extends CheckedVolume {
  readonly findings: readonly PlanCheck[];
}

export interface VolumesCheck {
  readonly volumes: readonly CheckResult[];
  /** about the containers of the project */
  readonly containers: readonly PlanCheck[];
}

/**
 * Checks the volumes of a project: each by writing, linking and renaming a temporary file as the user who writes there, and
 * by reading as engines do. Builds the worker image if it is missing. Leaves nothing behind.
 * @throws RmaError RMA_DOCKER_*, RMA_COMPOSE_* (3), RMA_IMAGE_BUILD_FAILED (1)
 */
export async function checkVolumes(
  host: VolumesHost,
  invocation: VolumesInvocation,
  { config, roles }: CheckRequest,
): Promise<VolumesCheck> {
  const observed = await observeVolumes(host, invocation, config);
  const names = await nameFindings(host, observed);
  const chosen = roles.map((role) => ({ role, entry: findVolume(observed, role) }));
  if (chosen.some(({ entry }) => entry.exists)) await ensureImage(host, invocation, observed);
  const volumes: CheckResult[] = [];
  // one after the other: a store and a cache in one directory would see the files of each other
  for (const { role } of chosen) {
    const volume = await checkOne(host, invocation, { observed, role });
    const own = settingsFindings(observed, role);
    const server = config.volumes[role].type === 'nfs' ? names : [];
    volumes.push({ ...volume, findings: distinct([...own, ...server, ...volumeFindings(volume)]) });
  }
  const containers = ofProject(await host.engine.containers(), config.project);
  return { volumes, containers: persistenceFindings(containers, observed.mounts) };
}

async function checkOne(
  host: VolumesHost,
  invocation: VolumesInvocation,
  { observed, role }: { readonly observed: ObservedVolumes; readonly role: VolumeRole },
): Promise<CheckedVolume> {
  const entry = { ...findVolume(observed, role), role };
  const writer = writerOf(observed, role);
  const checked = { role, entry, writer, image: observed.image };
  if (!entry.exists) return { ...checked, reading: null, probe: null, mountFault: null };
  const probe = await probeVolume(host, invocation, { observed, entry, user: writer });
  if (probe.fault !== null) return { ...checked, reading: null, probe: null, mountFault: probe.fault };
  const reading = await readVolume(host, invocation, { observed, entry, user: writerOf(observed, 'cache') });
  return { ...checked, reading: reading.value, probe: probe.value, mountFault: reading.fault };
}

function settingsFindings(
  { config, entries, ...observed }: ObservedVolumes,
  role: VolumeRole,
): readonly PlanCheck[] {
  const entry = findVolume({ config, entries, ...observed }, role);
  const isNfs = config.volumes[role].type === 'nfs';
  return [
    ...sharingFindings(config, role),
    ...(isNfs ? planNfs(config) : []),
    ...driftFindings(config, entry),
    ...formerFindings(entries, entry),
  ];
}

/** The NFS server of the settings must be known to this host, where Docker resolves it. */
async function nameFindings(
  host: VolumesHost,
  { config, engine }: ObservedVolumes,
): Promise<readonly PlanCheck[]> {
  try {
    await checkNfsServers(host, config, engine);
    return [];
  } catch (error) {
    if (!(error instanceof RmaError)) throw error;
    const { code, message, hint = '' } = error;
    return [{ level: 'error', code, message, hint, exitCode: EXIT.notReady, details: {} }];
  }
}

/** The settings and the mount may have the same option. */
function distinct(findings: readonly PlanCheck[]): readonly PlanCheck[] {
  const keyOf = ({ code, details, message }: PlanCheck): string => `${code} ${details['option'] ?? message}`;
  const known = new Set<string>();
  return findings.filter((finding) => {
    const isNew = !known.has(keyOf(finding));
    known.add(keyOf(finding));
    return isNew;
  });
}
