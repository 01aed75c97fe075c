import { defineCommand } from '../define-command.ts';
import { flagOption } from '../option.ts';
import { waitTimeoutOption } from '../wait-timeout-option.ts';

export const upCommand = defineCommand({
  path: 'up',
  group: 'Workers',
  summary: 'Download missing models, start the workers and wait until they are ready',
  description:
    'Writes the Compose file, builds the worker image, downloads and verifies missing models, starts the engines and ' +
    'waits until every worker is registered. Running it again changes nothing.',
  examples: [
    { command: 'rma up --profile cpu-worker', does: 'start one worker on this machine' },
    {
      command: 'rma up --profile cpu-worker --volume host:/data/models',
      does: 'keep the models in a directory',
    },
    { command: 'rma up --dry-run', does: 'show the plan' },
  ],
  arguments: {},
  options: {
    dryRun: flagOption('--dry-run', 'show the plan without changing anything'),
    explain: flagOption(
      '--explain',
      'with --dry-run: explain why each host, GPU and variant was chosen or rejected',
    ),
    refresh: flagOption('--refresh', 'resolve model references again'),
    waitTimeout: waitTimeoutOption(
      'how long to wait for the engines after the models are present (default 30m)',
      1800,
    ),
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
  load: async () => (await import('./up-handler.ts')).runUp,
});
