import { nonEmptyListArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';

export const hostsExecCommand = defineCommand({
  path: 'hosts exec',
  group: 'Hosts',
  summary: 'Run a command on the hosts of the project',
  description:
    'Runs the command on each host, not in a container, with the name of the host in front of each line of its output. Without a shell: for pipes and variables use sh -c. Exit code 8 if it fails on some of them.',
  examples: [
    { command: 'rma hosts exec -- df -h /', does: 'show the free space of all hosts' },
    { command: 'rma hosts exec --host box1 -- sh -c "uptime; free -h"', does: 'run a script on one' },
  ],
  arguments: { command: nonEmptyListArgument('the command and its arguments') },
  options: {},
  settings: false,
  list: false,
  passThrough: true,
  hosts: 'each',
  load: async () => (await import('./exec-handler.ts')).runOnMachine,
});
