import { defineCommand } from '../../define-command.ts';

export const hostsTestCommand = defineCommand({
  path: 'hosts test',
  group: 'Hosts',
  summary: 'Check the hosts of the project',
  description:
    'Checks the login, Docker, the clock, the files and the GPUs of each host, and whether the hosts can reach each other. Exit code 8 if some fail.',
  examples: [
    { command: 'rma hosts test', does: 'check all hosts' },
    { command: 'rma hosts test --host box1', does: 'check one' },
  ],
  arguments: {},
  options: {},
  settings: false,
  list: false,
  hosts: 'own',
  load: async () => (await import('./test-handler.ts')).checkMachines,
});
