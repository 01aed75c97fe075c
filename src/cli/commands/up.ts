import { parseDuration } from '../../core/units.ts';
import { defineCommand } from '../define-command.ts';
import { flagOption, parsedOption } from '../option.ts';

export const upCommand = defineCommand({
  path: 'up',
  group: 'Workers',
  summary: 'Fetch what is missing, start the workers and wait until they are ready',
  description:
    'Writes the Compose file, builds the worker image, fetches and verifies only missing models, starts the engines ' +
    'and waits until every worker is registered. Run again, it changes nothing.',
  examples: [
    { command: 'rma up --profile cpu-worker', does: 'one worker on this machine' },
    {
      command: 'rma up --profile cpu-worker --volume host:/data/models',
      does: 'with its models in a folder',
    },
    { command: 'rma up --dry-run', does: 'only show the plan' },
  ],
  arguments: {},
  options: {
    dryRun: flagOption('--dry-run', 'show the plan and change nothing'),
    explain: flagOption(
      '--explain',
      'with --dry-run: tell why each GPU and each variant was taken or refused',
    ),
    refresh: flagOption('--refresh', 'ask the hub again what the model references mean'),
    waitTimeout: parsedOption(
      '--wait-timeout <TIME>',
      'how long engines may take to answer, once the models are there (30m)',
      {
        parse: parseDuration,
        expected: 'a time such as 90s or 30m',
        fallback: 1800,
      },
    ),
    removeOrphans: flagOption('--remove-orphans', 'remove services of profiles that are no longer wanted'),
  },
  settings: true,
  list: false,
  load: async () => (await import('./up-handler.ts')).runUp,
});
