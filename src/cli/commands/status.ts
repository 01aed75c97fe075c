import { CLUSTER_OPTIONS } from '../cluster-options.ts';
import { defineCommand } from '../define-command.ts';
import { flagOption } from '../option.ts';

export const statusCommand = defineCommand({
  path: 'status',
  group: 'Workers',
  summary: 'Show what each worker is doing: models, engines, registration',
  examples: [
    { command: 'rma status', does: 'show workers with their models and engines' },
    {
      command: 'rma status --kubernetes',
      does: 'show the Deployments, the Job and the claim of the project in a cluster',
    },
    { command: 'rma status --json', does: 'print JSON' },
  ],
  arguments: {},
  options: {
    kubernetes: flagOption('--kubernetes', 'show the project in the cluster of the current kubectl context'),
    ...CLUSTER_OPTIONS,
  },
  settings: false,
  list: false,
  hosts: 'each',
  load: async () => (await import('./status-handler.ts')).showStatus,
});
