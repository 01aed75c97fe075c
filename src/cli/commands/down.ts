import { CLUSTER_OPTIONS } from '../cluster-options.ts';
import { defineCommand } from '../define-command.ts';
import { flagOption } from '../option.ts';

export const downCommand = defineCommand({
  path: 'down',
  group: 'Workers',
  summary: 'Drain and remove the workers; models are kept',
  description:
    'Each worker leaves the coordinator first, and requests in flight can finish. Volumes are never removed.',
  examples: [
    { command: 'rma down', does: 'stop all services of the project' },
    { command: 'rma down --profile cpu-worker', does: 'stop one profile' },
    { command: 'rma down --forget', does: 'stop a project and release its models' },
    {
      command: 'rma down --kubernetes',
      does: 'remove the project from a cluster; the claim with the models is kept',
    },
    { command: 'rma down --dry-run', does: 'show what would be stopped' },
  ],
  arguments: {},
  options: {
    dryRun: flagOption('--dry-run', 'show what would be stopped without changing anything'),
    forget: flagOption('--forget', 'also let rma cache prune remove models that only these workers need'),
    kubernetes: flagOption(
      '--kubernetes',
      'remove the project from the cluster of the current kubectl context',
    ),
    ...CLUSTER_OPTIONS,
  },
  settings: true,
  list: false,
  hosts: 'own',
  load: async () => (await import('./down-handler.ts')).runDown,
});
