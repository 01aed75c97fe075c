import { defineCommand } from '../../define-command.ts';
import { waitOption } from './wait-option.ts';

export const bootInstallCommand = defineCommand({
  path: 'boot install',
  group: 'Workers',
  summary: 'Install the systemd unit that runs rma boot run at boot',
  description:
    'Docker starts services after a reboot, but never again a service whose start failed because the GPU driver was ' +
    'late. The unit waits for the GPUs and starts these services. Without systemd, the error contains the line for cron.',
  examples: [
    { command: 'rma boot install', does: 'install the unit of the project' },
    { command: 'rma boot install --wait-timeout 30m', does: 'wait longer for the GPUs' },
  ],
  arguments: {},
  options: { waitTimeout: waitOption },
  settings: false,
  list: false,
  load: async () => (await import('./install-handler.ts')).installBoot,
});
