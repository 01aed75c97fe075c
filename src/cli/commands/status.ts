import { defineCommand } from '../define-command.ts';

export const statusCommand = defineCommand({
  path: 'status',
  group: 'Workers',
  summary: 'Show what each worker is doing: models, engines, registration',
  examples: [
    { command: 'rma status', does: 'a line per worker, its models and engines' },
    { command: 'rma status --json', does: 'the same as JSON' },
  ],
  arguments: {},
  options: {},
  settings: false,
  list: false,
  load: async () => (await import('./status-handler.ts')).showStatus,
});
