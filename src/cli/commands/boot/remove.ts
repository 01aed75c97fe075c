import { defineCommand } from '../../define-command.ts';

export const bootRemoveCommand = defineCommand({
  path: 'boot remove',
  group: 'Workers',
  summary: 'Remove the unit',
  examples: [{ command: 'rma boot remove', does: 'remove the unit of the project' }],
  arguments: {},
  options: {},
  settings: false,
  list: false,
  hosts: 'each',
  load: async () => (await import('./remove-handler.ts')).removeBoot,
});
