import { probeVolume } from '../../adapters/system/probe-volume.ts';
import { readVolume } from '../../adapters/system/read-volume.ts';
import { EXIT, type ExitCode } from '../../core/errors.ts';
import { STORE_MOUNT } from '../../core/store/layout.ts';
import type { Invocation } from './invocation.ts';

/** Runs `rma-worker volume`: prints what the container sees of the volume at /models (VolumeReading). Writes nothing. */
export async function volume({ print }: Invocation): Promise<ExitCode> {
  print(`${JSON.stringify(await readVolume(STORE_MOUNT))}\n`);
  return EXIT.ok;
}

/** Runs `rma-worker probe-volume`: prints what its user can do in the volume at /models (VolumeProbe). Leaves nothing behind. */
export async function probe({ print }: Invocation): Promise<ExitCode> {
  print(`${JSON.stringify(await probeVolume(STORE_MOUNT))}\n`);
  return EXIT.ok;
}
