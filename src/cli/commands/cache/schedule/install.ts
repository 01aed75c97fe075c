import { BACKENDS } from '../../../../core/schedule/schedule.ts';
import { defineCommand } from '../../../define-command.ts';
import { STORE_SETTINGS } from '../../../main-settings.ts';
import { flagOption, parsedOption, textOption } from '../../../option.ts';
import { withTexts } from '../../../option-texts.ts';
import { POLICY_OPTIONS } from '../policy-options.ts';

export const cacheScheduleInstallCommand = defineCommand({
  path: 'cache schedule install',
  group: 'Models',
  summary: 'Prune the store on a schedule',
  description:
    'Writes a systemd timer, a cron entry or a container, whichever the machine has, and shows what it wrote. Times are in the time zone of the machine. Without a policy, each run removes leftovers only, no model.',
  examples: [
    {
      command: 'rma cache schedule install --every daily --keep 30d --max-size 200GB',
      does: 'remove models by age and total size, at midnight',
    },
    {
      command: 'rma cache schedule install --every "30 3 * * 0" --dry-run',
      does: 'show what would be written',
    },
    { command: 'rma cache schedule install --backend cron', does: 'write a cron entry' },
  ],
  arguments: {},
  options: {
    every: textOption(
      '--every <WHEN>',
      'hourly, daily, weekly, monthly, or a cron expression such as "30 3 * * 0" (default daily)',
    ),
    backend: parsedOption('--backend <NAME>', `${BACKENDS.join('|')} (default: the first one available)`, {
      parse: (text) => BACKENDS.find((each) => each === text) ?? null,
      expected: `one of ${BACKENDS.join(', ')}`,
      fallback: null,
    }),
    dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker'),
    dryRun: flagOption('--dry-run', 'show what would be written without changing anything'),
    ...withTexts(POLICY_OPTIONS),
  },
  settings: true,
  mainSettings: STORE_SETTINGS,
  list: false,
  hosts: 'each',
  load: async () => (await import('./install-handler.ts')).installCacheSchedule,
});
