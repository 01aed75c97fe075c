import type { RmaConfig } from '../../core/domain/config.ts';
import { NO_STATE, type ProjectState, parseProjectState } from '../../core/profile/project-state.ts';
import type { Host } from '../../ports/host.ts';
import { projectFiles } from '../observe/project-files.ts';

/** Returns what earlier commands kept of a project. @throws RmaError RMA_STATE_INVALID (2) */
export async function readProjectState(
  { files }: Pick<Host, 'files'>,
  config: Pick<RmaConfig, 'stateDir'>,
): Promise<ProjectState> {
  const path = projectFiles(config).state;
  const content = await files.read(path);
  return content === null ? NO_STATE : parseProjectState(content, path);
}
