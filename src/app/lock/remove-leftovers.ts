import type { Host } from '../../ports/host.ts';
import { projectFiles } from '../observe/project-files.ts';

/** Removes the temporary files that killed commands left next to the generated files and the secrets. */
export async function removeLeftovers({ files }: Pick<Host, 'files'>, stateDir: string): Promise<void> {
  await files.removeLeftovers(stateDir);
  await files.removeLeftovers(projectFiles({ stateDir }).secrets);
}
