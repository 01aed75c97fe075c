import { defineCommand } from '../define-command.ts';
import { flagOption } from '../option.ts';

export const topCommand = defineCommand({
  path: 'top',
  group: 'Workers',
  summary: 'Show live resource usage of GPUs and services',
  description:
    'On a terminal, refreshes every 2 seconds until q or Ctrl-C; elsewhere, prints one snapshot. CPU is the share of one core: 200 % is two cores. GPU MEMORY is what the driver reports for the processes of a service.',
  examples: [
    { command: 'rma top', does: 'watch the GPUs and the services of the project' },
    { command: 'rma top --host box1', does: 'watch one host' },
    { command: 'rma top --once', does: 'print one snapshot' },
    { command: 'rma top --json', does: 'print one snapshot as JSON' },
  ],
  arguments: {},
  options: { once: flagOption('--once', 'print one snapshot and exit') },
  settings: false,
  list: false,
  hosts: 'own',
  load: async () => (await import('./top-handler.ts')).showTop,
});
