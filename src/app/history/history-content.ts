import type { RmaConfig } from '../../core/domain/config.ts';
import type { HistoryContent } from '../../core/domain/history.ts';
import type { DesiredProject } from '../desired/desired-state.ts';
import { projectFiles } from '../observe/project-files.ts';

type Applied = Pick<DesiredProject, 'desired' | 'access'> & Pick<HistoryContent, 'needs'>;

/** Returns what the history keeps of a plan that is applied with these settings. */
export function historyContent({ desired, access, needs }: Applied, config: RmaConfig): HistoryContent {
  const { services, volumes, directories, engineImages } = desired.stack;
  const { bind, volumes: specs, nfsOptions, coordinator } = config;
  const paths = projectFiles(config);
  const textOf = (path: string): string => desired.files.get(path) ?? '';
  return {
    files: {
      compose: textOf(paths.compose),
      resolved: textOf(paths.resolved),
      state: textOf(paths.state),
    },
    stack: {
      services: services.map(({ imageId: _, ...service }) => service),
      volumes,
      directories,
      engineImages,
    },
    workerImage: desired.workerImage,
    settings: { bind, volumes: specs, nfsOptions, owner: access.owner, coordinator },
    needs,
  };
}
