import { defineCommand } from '../../define-command.ts';
import { VOLUME_SETTINGS } from '../../main-settings.ts';

export const volumesLsCommand = defineCommand({
  path: 'volumes ls',
  group: 'Models',
  summary: 'List the volumes and directories that rma uses',
  description:
    'Lists the store and the cache of the project, and those of all other projects on this Docker host. ' +
    'USED and OWNER are read in a container; without the worker image they are unknown.',
  examples: [
    { command: 'rma volumes ls', does: 'list the volumes of rma' },
    { command: 'rma volumes ls --json', does: 'print them as JSON, sizes in bytes' },
  ],
  arguments: {},
  options: {},
  settings: true,
  mainSettings: VOLUME_SETTINGS,
  list: true,
  hosts: 'each',
  load: async () => (await import('./ls-handler.ts')).showVolumes,
});
