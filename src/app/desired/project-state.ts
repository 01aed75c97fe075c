import { NO_STATE, type ProjectState, parseProjectState } from '../../core/profile/project-state.ts';
import type { FileStore } from '../../ports/file-store.ts';

/** Returns the path of the state file below the state directory. */
export function stateFile(stateDir: string): string {
  return `${stateDir}/state.json`;
}

/** Returns the state of the project in this state directory. @throws RmaError RMA_STATE_INVALID (2) */
export async function readProjectState(files: FileStore, stateDir: string): Promise<ProjectState> {
  const path = stateFile(stateDir);
  const content = await files.read(path);
  return content === null ? NO_STATE : parseProjectState(content, path);
}
