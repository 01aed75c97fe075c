import { defineCommand } from '../define-command.ts';
import { flagOption } from '../option.ts';

export const downCommand = defineCommand({
  path: 'down',
  group: 'Workers',
  summary: 'Drain and stop the workers; the models stay',
  description:
    'Each worker leaves the coordinator first and lets requests in flight finish. Volumes are never deleted.',
  examples: [
    { command: 'rma down', does: 'stop everything of the project' },
    { command: 'rma down --profile cpu-worker', does: 'stop one profile' },
    { command: 'rma down --dry-run', does: 'only show what would stop' },
  ],
  arguments: {},
  options: { dryRun: flagOption('--dry-run', 'show what would stop and change nothing') },
  settings: true,
  list: false,
  load: async () => (await import('./down-handler.ts')).runDown,
});
