import { requiredArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { VOLUME_SETTINGS } from '../../main-settings.ts';

export const volumesInspectCommand = defineCommand({
  path: 'volumes inspect',
  group: 'Models',
  summary: 'Show a volume, its mount options and the services that use it',
  description:
    'Also shows what differs from the settings: options of an existing Docker volume never change.',
  examples: [
    { command: 'rma volumes inspect store', does: 'show the store of the project' },
    { command: 'rma volumes inspect rma-cache', does: 'show a volume by its name' },
  ],
  arguments: { volume: requiredArgument('`store`, `cache` or a name, as in `rma volumes ls`') },
  options: {},
  settings: true,
  mainSettings: VOLUME_SETTINGS,
  list: false,
  hosts: 'each',
  load: async () => (await import('./inspect-handler.ts')).showVolume,
});
