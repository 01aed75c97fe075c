import { defineCommand } from '../define-command.ts';
import { flagOption } from '../option.ts';

export const psCommand = defineCommand({
  path: 'ps',
  group: 'Workers',
  summary: 'List the services of a project',
  examples: [
    { command: 'rma ps', does: 'services with their state and ports' },
    { command: 'rma ps --all', does: 'of all projects on this Docker' },
    { command: 'rma ps -p my-box --json', does: 'of a project, from any folder, as JSON' },
  ],
  arguments: {},
  options: { all: flagOption('-a, --all', 'services of all projects') },
  settings: false,
  list: true,
  load: async () => (await import('./ps-handler.ts')).listServices,
});
