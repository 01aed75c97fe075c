import { defineCommand } from '../define-command.ts';
import { flagOption } from '../option.ts';

export const planCommand = defineCommand({
  path: 'plan',
  group: 'Workers',
  summary: 'Show what rma up would change',
  description: 'Reads the state of Docker, the store and the hub; changes nothing.',
  examples: [
    { command: 'rma plan --profile cpu-worker', does: 'show the changes for a profile' },
    { command: 'rma plan --profile gpu-worker --explain', does: 'explain the placement' },
    { command: 'rma plan --detailed-exitcode', does: 'exit with 10 if changes are pending' },
    { command: 'rma plan --json', does: 'print the plan as JSON' },
  ],
  arguments: {},
  options: {
    explain: flagOption('--explain', 'explain why each host, GPU and variant was chosen or rejected'),
    detailedExitcode: flagOption('--detailed-exitcode', 'exit with 10 if changes are pending'),
    refresh: flagOption('--refresh', 'resolve model references again'),
    removeOrphans: flagOption(
      '--remove-orphans',
      'remove services of profiles that are not part of the project',
    ),
    pushImages: flagOption(
      '--push-images',
      'send images from hosts that have them to those that lack them, which then need no registry',
    ),
    replanLost: flagOption('--replan-lost', 'place the profiles of hosts that do not respond on other hosts'),
  },
  settings: true,
  list: false,
  hosts: 'own',
  load: async () => (await import('./plan-handler.ts')).showPlan,
});
