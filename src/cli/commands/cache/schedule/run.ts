import { defineCommand } from '../../../define-command.ts';
import { STORE_SETTINGS } from '../../../main-settings.ts';
import { textOption } from '../../../option.ts';
import { POLICY_OPTIONS } from '../policy-options.ts';

export const cacheScheduleRunCommand = defineCommand({
  path: 'cache schedule run',
  group: 'Models',
  summary: 'Prune now as the schedule does, and record the result',
  description:
    'The schedule runs this command. It prints one line, or nothing if there was nothing to prune, and exits with the code of its error. The result is recorded in the store.',
  examples: [
    { command: 'rma cache schedule run --keep 30d', does: 'prune by age, and record the result' },
    { command: 'rma cache schedule run --dest /data/models', does: 'prune a store in a directory' },
  ],
  arguments: {},
  options: {
    dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker'),
    ...POLICY_OPTIONS,
  },
  settings: true,
  mainSettings: STORE_SETTINGS,
  list: false,
  hosts: 'one',
  load: async () => (await import('./run-handler.ts')).runSchedule,
});
