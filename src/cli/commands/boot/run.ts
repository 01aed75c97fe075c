import { defineCommand } from '../../define-command.ts';
import { waitOption } from './wait-option.ts';

export const bootRunCommand = defineCommand({
  path: 'boot run',
  group: 'Workers',
  summary: 'Wait for the GPUs, then start the services that failed to start',
  description:
    'The systemd unit runs this command at boot. Services that were stopped manually stay stopped.',
  examples: [{ command: 'rma boot run', does: 'start the services that failed to start' }],
  arguments: {},
  options: { waitTimeout: waitOption },
  settings: false,
  list: false,
  hosts: 'one',
  load: async () => (await import('./run-handler.ts')).runBoot,
});
