import { removeVolume } from '../../../app/volumes/remove-volume.ts';
import { formatBytes } from '../../../core/units.ts';
import type { VolumeEntry } from '../../../core/volume/volume-entry.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';

/** Deletes a volume after its name was typed. @throws RmaError as removeVolume, RMA_USAGE_NOT_CONFIRMED (2) */
export async function deleteVolume(
  { volume: name, force }: { readonly volume: string; readonly force: boolean },
  context: Context,
): Promise<CommandResult> {
  const { config } = await context.config();
  const { volume, lostBytes } = await removeVolume(await context.host(), await context.invocation(), {
    config,
    name,
    confirm: async (entry, bytes) =>
      context.confirmName(`This will delete ${lossText(entry, bytes)}.`, entry.name, force),
  });
  const stays = volume.kind === 'nfs' ? `; its files stay in ${volume.location}` : '';
  const freed = lostBytes === null || volume.kind === 'nfs' ? '' : ` (${formatBytes(lostBytes)})`;
  return {
    json: { schema: 'rma.volumes-rm/v1', volume: volume.name, lostBytes },
    human: () => `Removed the volume ${volume.name}${freed}${stays}.`,
    ids: [volume.name],
  };
}

function lossText({ name, kind, role, location }: VolumeEntry, bytes: number | null): string {
  if (kind === 'nfs') return `the Docker volume ${name}, not the files in ${location}`;
  const size = bytes === null ? '' : `${formatBytes(bytes)} of `;
  const what = role === 'store' ? 'models' : 'files';
  return `the volume ${name} with ${size}${what}`;
}
