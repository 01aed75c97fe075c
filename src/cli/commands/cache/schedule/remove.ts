import { defineCommand } from '../../../define-command.ts';
import { STORE_SETTINGS } from '../../../main-settings.ts';
import { flagOption, textOption } from '../../../option.ts';

export const cacheScheduleRemoveCommand = defineCommand({
  path: 'cache schedule remove',
  group: 'Models',
  summary: 'Remove the schedule',
  examples: [
    { command: 'rma cache schedule remove', does: "remove the schedule of the project's store" },
    { command: 'rma cache schedule remove --dest /data/models', does: 'remove that of a directory' },
  ],
  arguments: {},
  options: {
    dest: textOption('--dest <DIR>', 'the schedule of the store in a local directory'),
    dryRun: flagOption('--dry-run', 'show what would be removed without changing anything'),
  },
  settings: true,
  mainSettings: STORE_SETTINGS,
  list: false,
  hosts: 'each',
  load: async () => (await import('./remove-handler.ts')).removeCacheSchedule,
});
