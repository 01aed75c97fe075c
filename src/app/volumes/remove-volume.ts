import type { RmaConfig } from '../../core/domain/config.ts';
import type { ContainerMount } from '../../core/domain/volume.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { shell } from '../../core/shell-quote.ts';
import type { VolumeEntry } from '../../core/volume/volume-entry.ts';
import { readVolume } from './ask-volume.ts';
import {
  findVolume,
  type ObservedVolumes,
  observeVolumes,
  type VolumesHost,
  type VolumesInvocation,
} from './observe-volumes.ts';
import { assertExists } from './volume-shell.ts';

export interface RemoveVolumeRequest {
  readonly config: RmaConfig;
  /** `store`, `cache` or the name of a volume of rma */
  readonly name: string;
  /** asks for a confirmation; throws if it is declined */
  readonly confirm: (volume: VolumeEntry, lostBytes: number | null) => Promise<void>;
}

/**
 * Removes a Docker volume of rma that no container uses, after a confirmation. Files on an NFS server stay.
 * Returns it with the bytes that its files occupied; null: unknown.
 * @throws RmaError RMA_VOLUME_UNKNOWN, RMA_VOLUME_DIRECTORY, RMA_VOLUME_FOREIGN (2), RMA_VOLUME_MISSING, RMA_VOLUME_IN_USE (3), those of `confirm`
 */
export async function removeVolume(
  host: VolumesHost,
  invocation: VolumesInvocation,
  { config, name, confirm }: RemoveVolumeRequest,
): Promise<{ readonly volume: VolumeEntry; readonly lostBytes: number | null }> {
  const observed = await observeVolumes(host, invocation, config);
  const volume = findVolume(observed, name);
  assertRemovable(volume, observed);
  const lostBytes = volume.kind === 'nfs' ? 0 : await sizeOf(host, invocation, { observed, volume });
  await confirm(volume, lostBytes);
  assertUnused(
    volume,
    (await host.engine.mounts()).filter(({ source }) => source === volume.name),
  );
  await host.engine.removeVolumes([volume.name]);
  return { volume, lostBytes };
}

function assertRemovable(volume: VolumeEntry, { entries }: ObservedVolumes): void {
  const { name, kind } = volume;
  if (kind === 'host') {
    throw new RmaError(
      'RMA_VOLUME_DIRECTORY',
      `${name} is a directory of the host, which rma never removes`,
      {
        exitCode: EXIT.usage,
        hint: shell`to remove models from it: rma models rm MODEL; to delete all of it: sudo rm -r ${name}`,
      },
    );
  }
  if (!entries.some((each) => each.name === name)) {
    throw new RmaError('RMA_VOLUME_FOREIGN', `the volume ${name} does not belong to rma`, {
      exitCode: EXIT.usage,
      hint: shell`to remove it anyway: docker volume rm ${name}`,
    });
  }
  assertExists(volume);
  assertUnused(volume, volume.mounts);
}

function assertUnused({ name }: VolumeEntry, mounts: readonly ContainerMount[]): void {
  if (mounts.length === 0) return;
  const projects = [...new Set(mounts.flatMap(({ project }) => project ?? []))];
  const others = [
    ...new Set(mounts.filter(({ project }) => project === null).map(({ container }) => container)),
  ];
  const commands = [
    ...projects.map((project) => shell`rma down --project ${project}`),
    ...(others.length === 0 ? [] : [`docker rm --force ${others.join(' ')}`]),
  ];
  const containers = [...new Set(mounts.map(({ container }) => container))].join(', ');
  throw new RmaError('RMA_VOLUME_IN_USE', `the volume ${name} is used by ${containers}`, {
    exitCode: EXIT.notReady,
    hint: `remove the containers first: ${commands.join(' && ')}`,
    details: { volume: name },
  });
}

async function sizeOf(
  host: VolumesHost,
  invocation: VolumesInvocation,
  { observed, volume }: { readonly observed: ObservedVolumes; readonly volume: VolumeEntry },
): Promise<number | null> {
  if (!observed.imageExists) return null;
  const user = { uid: 0, gid: 0 };
  const { value } = await readVolume(host, invocation, { observed, entry: volume, user });
  return value?.usedBytes ?? null;
}
