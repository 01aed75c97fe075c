import { defineCommand } from '../define-command.ts';
import { flagOption } from '../option.ts';

export const psCommand = defineCommand({
  path: 'ps',
  group: 'Workers',
  summary: 'List the services of a project',
  examples: [
    { command: 'rma ps', does: 'list services with state and ports' },
    { command: 'rma ps --all', does: 'list services of all projects on this Docker host' },
    {
      command: 'rma ps -p my-box --json',
      does: 'print the services of a project as JSON, from any directory',
    },
  ],
  arguments: {},
  options: { all: flagOption('-a, --all', 'show services of all projects') },
  settings: false,
  list: true,
  hosts: 'each',
  load: async () => (await import('./ps-handler.ts')).listServices,
});
