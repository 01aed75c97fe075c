import { defineCommand } from '../../define-command.ts';
import { STORE_SETTINGS } from '../../main-settings.ts';
import { textOption } from '../../option.ts';

export const modelsDuCommand = defineCommand({
  path: 'models du',
  group: 'Models',
  summary: 'Show the disk usage of the store',
  description: 'Shared content is counted once.',
  examples: [
    { command: 'rma models du', does: "show the usage of the project's store" },
    { command: 'rma models du --dest /data/models', does: 'use a store in a directory, without Docker' },
  ],
  arguments: {},
  options: { dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker') },
  settings: true,
  mainSettings: STORE_SETTINGS,
  list: false,
  hosts: 'each',
  load: async () => (await import('./du-handler.ts')).showUsage,
});
