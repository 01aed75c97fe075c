import type { RmaConfig } from '../../core/domain/config.ts';
import type { VolumeReading } from '../../core/domain/volume.ts';
import type { PlanCheck } from '../../core/plan/plan-types.ts';
import { driftFindings, formerFindings } from '../../core/volume/mount-findings.ts';
import type { VolumeEntry } from '../../core/volume/volume-entry.ts';
import { ensureImage, readVolume } from './ask-volume.ts';
import {
  findVolume,
  type ObservedVolumes,
  observeVolumes,
  type VolumesHost,
  type VolumesInvocation,
} from './observe-volumes.ts';

/** A volume with what a container sees of it. */
export interface ListedVolume {
  readonly entry: VolumeEntry;
  /** null: it does not exist, or is not mountable, or the worker image is not built */
  readonly reading: VolumeReading | null;
  /** why it could not be mounted */
  readonly fault: string | null;
}

/** Root without capabilities, as the images of engines run. */
const ROOT = { uid: 0, gid: 0 };

/**
 * Returns the volumes of rma on a host. Without the worker image, nothing is read from them.
 * @throws RmaError RMA_DOCKER_*, RMA_COMPOSE_* (3)
 */
export async function listVolumes(
  host: VolumesHost,
  invocation: VolumesInvocation,
  config: RmaConfig,
): Promise<{ readonly volumes: readonly ListedVolume[]; readonly imageExists: boolean }> {
  const observed = await observeVolumes(host, invocation, config);
  const { entries, imageExists } = observed;
  const volumes = await Promise.all(
    entries.map(async (entry) =>
      imageExists ? look(host, invocation, { observed, entry }) : { entry, reading: null, fault: null },
    ),
  );
  return { volumes, imageExists };
}

/** A volume, with what differs from the settings that declare it. */
export interface InspectedVolume extends ListedVolume {
  readonly drift: readonly PlanCheck[];
}

/**
 * Returns a volume, with what differs from the settings. Builds the worker image if it is missing.
 * @throws RmaError RMA_VOLUME_UNKNOWN (2), RMA_DOCKER_*, RMA_COMPOSE_* (3), RMA_IMAGE_BUILD_FAILED (1)
 */
export async function inspectVolume(
  host: VolumesHost,
  invocation: VolumesInvocation,
  { config, name }: { readonly config: RmaConfig; readonly name: string },
): Promise<InspectedVolume> {
  const observed = await observeVolumes(host, invocation, config);
  const entry = findVolume(observed, name);
  if (entry.exists) await ensureImage(host, invocation, observed);
  const drift = [...driftFindings(config, entry), ...formerFindings(observed.entries, entry)];
  return { ...(await look(host, invocation, { observed, entry })), drift };
}

async function look(
  host: VolumesHost,
  invocation: VolumesInvocation,
  { observed, entry }: { readonly observed: ObservedVolumes; readonly entry: VolumeEntry },
): Promise<ListedVolume> {
  if (!entry.exists) return { entry, reading: null, fault: null };
  const { value, fault } = await readVolume(host, invocation, { observed, entry, user: ROOT });
  return { entry, reading: value, fault };
}
