import { defineCommand } from '../../define-command.ts';
import { flagOption } from '../../option.ts';

export const lockReleaseCommand = defineCommand({
  path: 'lock release',
  group: 'Workers',
  summary: 'Remove the lock and the reservations of a project',
  description:
    'The lock of a killed command is taken over automatically, so this is rarely needed. If the command is ' +
    'still running, rma prompts for confirmation; that command stops with an error when another one takes the lock.',
  examples: [
    { command: 'rma lock release', does: 'release the project of this directory' },
    { command: 'rma lock release -p my-box --yes', does: 'release a project without confirmation' },
    { command: 'rma lock release --planning', does: 'release the lock of the reservation list' },
  ],
  arguments: {},
  options: {
    planning: flagOption('--planning', 'release the lock that a command holds while its plan is accepted'),
  },
  settings: false,
  list: false,
  hosts: 'each',
  load: async () => (await import('./release-handler.ts')).releaseLocks,
});
