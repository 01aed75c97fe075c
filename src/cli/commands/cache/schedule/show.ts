import { defineCommand } from '../../../define-command.ts';
import { STORE_SETTINGS } from '../../../main-settings.ts';
import { textOption } from '../../../option.ts';

export const cacheScheduleShowCommand = defineCommand({
  path: 'cache schedule show',
  group: 'Models',
  summary: 'Show the schedule, its next run and the result of the last one',
  examples: [
    { command: 'rma cache schedule show', does: "show the schedule of the project's store" },
    { command: 'rma cache schedule show --dest /data/models', does: 'show that of a directory' },
    { command: 'rma cache schedule show --json', does: 'print JSON' },
  ],
  arguments: {},
  options: { dest: textOption('--dest <DIR>', 'the schedule of the store in a local directory') },
  settings: true,
  mainSettings: STORE_SETTINGS,
  list: false,
  hosts: 'each',
  load: async () => (await import('./show-handler.ts')).showCacheSchedule,
});
