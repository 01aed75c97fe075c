import { defineCommand } from '../../define-command.ts';

export const hostsTestCommand = defineCommand({
  path: 'hosts test',
  group: 'Hosts',
  summary: 'Check the machines of the project',
  description:
    'Checks the login, Docker, the clock, the files and the GPUs of each machine, and whether the machines reach the addresses of each other. Exit code 8 if some fail.',
  examples: [
    { command: 'rma hosts test', does: 'check all machines' },
    { command: 'rma hosts test --host box1', does: 'check one' },
  ],
  arguments: {},
  options: {},
  settings: false,
  list: false,
  load: async () => (await import('./test-handler.ts')).checkMachines,
});
