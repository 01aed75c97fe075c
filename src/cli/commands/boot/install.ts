import { defineCommand } from '../../define-command.ts';
import { waitOption } from './wait-option.ts';

export const bootInstallCommand = defineCommand({
  path: 'boot install',
  group: 'Workers',
  summary: 'Install the systemd unit that runs rma boot run at boot',
  description:
    'After a reboot, Docker starts each service once. It does not retry a service whose GPU driver was not ready. The ' +
    'unit waits for the GPUs, then starts these services. Without systemd, the error contains a line for crontab.',
  examples: [
    { command: 'rma boot install', does: 'install the unit of the project' },
    { command: 'rma boot install --wait-timeout 30m', does: 'wait longer for the GPUs' },
  ],
  arguments: {},
  options: { waitTimeout: waitOption },
  settings: false,
  list: false,
  hosts: 'each',
  load: async () => (await import('./install-handler.ts')).installBoot,
});
