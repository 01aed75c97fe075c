import { defineCommand } from '../../define-command.ts';

export const lockStatusCommand = defineCommand({
  path: 'lock status',
  group: 'Workers',
  summary: 'List the locks and reservations of running commands',
  description:
    'up, down, restart and rollback lock their project while they run. up and rollback reserve GPUs and memory from ' +
    'the moment their plan is accepted until its containers exist.',
  examples: [
    { command: 'rma lock status', does: 'list the locks and reservations on this Docker host' },
    { command: 'rma lock status --json', does: 'print them as JSON' },
  ],
  arguments: {},
  options: {},
  settings: false,
  list: true,
  hosts: 'each',
  load: async () => (await import('./status-handler.ts')).showLocks,
});
