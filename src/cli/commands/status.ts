import { defineCommand } from '../define-command.ts';

export const statusCommand = defineCommand({
  path: 'status',
  group: 'Workers',
  summary: 'Show what each worker is doing: models, engines, registration',
  examples: [
    { command: 'rma status', does: 'show workers with their models and engines' },
    { command: 'rma status --json', does: 'print JSON' },
  ],
  arguments: {},
  options: {},
  settings: false,
  list: false,
  load: async () => (await import('./status-handler.ts')).showStatus,
});
