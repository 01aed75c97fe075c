import { defineCommand } from '../../define-command.ts';
import { STORE_SETTINGS } from '../../main-settings.ts';
import { textOption } from '../../option.ts';

export const cacheDfCommand = defineCommand({
  path: 'cache df',
  group: 'Models',
  summary: 'Show what occupies the disk space of the store',
  description:
    'Sizes are bytes on disk; shared content is counted once. RECLAIMABLE is what no worker, pin or download needs.',
  examples: [
    { command: 'rma cache df', does: "show the usage of the project's store" },
    { command: 'rma cache df --dest /data/models', does: 'use a store in a directory, without Docker' },
  ],
  arguments: {},
  options: { dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker') },
  settings: true,
  mainSettings: STORE_SETTINGS,
  list: false,
  hosts: 'each',
  load: async () => (await import('./df-handler.ts')).showSpace,
});
