import { unitName } from '../../core/boot/boot-unit.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { formatProjectState } from '../../core/profile/project-state.ts';
import type { Host } from '../../ports/host.ts';
import { readProjectState } from '../desired/project-state.ts';
import { projectFiles } from '../observe/project-files.ts';

/** How the services of a project can be started at boot: by a systemd unit, or by a line for crontab. */
export type BootOffer = 'systemd' | 'cron';

const STATE_MODE = 0o644;

/**
 * Returns how to offer the start at boot, and records that it was offered: once for each project, unless the unit is
 * installed. The caller holds the lock of the project.
 */
export async function offerBoot(
  { services, files }: Pick<Host, 'services' | 'files'>,
  config: Pick<RmaConfig, 'project' | 'stateDir'>,
): Promise<BootOffer | null> {
  const state = await readProjectState({ files }, config);
  if (state.bootOffered === true) return null;
  if ((await services.read(unitName(config.project))) !== null) return null;
  const text = formatProjectState({ ...state, bootOffered: true });
  await files.write(projectFiles(config).state, text, STATE_MODE);
  return (await services.isPresent()) ? 'systemd' : 'cron';
}
