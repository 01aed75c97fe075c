import { unitName } from '../../core/boot/boot-unit.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { formatProjectState } from '../../core/profile/project-state.ts';
import type { Host } from '../../ports/host.ts';
import { readProjectState } from '../desired/project-state.ts';
import { projectFiles } from '../observe/project-files.ts';

const STATE_MODE = 0o644;

/**
 * Returns whether to mention `rma boot install`, and records that it was: once for each project with services on GPUs, on a
 * machine with systemd where it is not installed.
 */
export async function offerBoot(
  { services, files }: Pick<Host, 'services' | 'files'>,
  config: Pick<RmaConfig, 'project' | 'stateDir'>,
): Promise<boolean> {
  const state = await readProjectState({ files }, config);
  if (state.bootOffered === true || !(await services.isPresent())) return false;
  if ((await services.read(unitName(config.project))) !== null) return false;
  const text = formatProjectState({ ...state, bootOffered: true });
  await files.write(projectFiles(config).state, text, STATE_MODE);
  return true;
}
