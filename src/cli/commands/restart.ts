import { listArgument } from '../argument.ts';
import { defineCommand } from '../define-command.ts';
import { flagOption } from '../option.ts';
import { waitTimeoutOption } from '../wait-timeout-option.ts';

export const restartCommand = defineCommand({
  path: 'restart',
  group: 'Workers',
  summary: 'Drain the workers, restart services and wait until they are ready',
  description:
    'Workers that use a service leave the coordinator and let requests in flight finish before it stops. Containers ' +
    'keep their definition: to apply changed settings, run rma up.',
  examples: [
    { command: 'rma restart', does: 'restart all services of the project' },
    { command: 'rma restart cpu-worker-llamacpp', does: 'restart one engine' },
    { command: 'rma restart --dry-run', does: 'show the plan' },
  ],
  arguments: { service: listArgument('services (default: all)') },
  options: {
    dryRun: flagOption('--dry-run', 'show the plan without changing anything'),
    waitTimeout: waitTimeoutOption('how long to wait for the engines to be ready (default 30m)', 1800),
  },
  settings: false,
  list: false,
  hosts: 'own',
  load: async () => (await import('./restart-handler.ts')).runRestart,
});
