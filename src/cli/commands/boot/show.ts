import { defineCommand } from '../../define-command.ts';

export const bootShowCommand = defineCommand({
  path: 'boot show',
  group: 'Workers',
  summary: 'Show the unit, and whether it is installed',
  examples: [
    { command: 'rma boot show', does: 'show the unit and its state' },
    { command: 'rma boot show --json', does: 'print JSON' },
  ],
  arguments: {},
  options: {},
  settings: false,
  list: false,
  hosts: 'each',
  load: async () => (await import('./show-handler.ts')).showBoot,
});
