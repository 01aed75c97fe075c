import { defineCommand } from '../../define-command.ts';

export const hostsLsCommand = defineCommand({
  path: 'hosts ls',
  group: 'Hosts',
  summary: 'List the hosts of the project',
  description: 'Connects to each host. Exit code 8 if some do not respond.',
  examples: [
    { command: 'rma hosts ls', does: 'list the hosts with their GPUs' },
    { command: 'rma hosts ls --host rack=r1', does: 'list those with a label' },
  ],
  arguments: {},
  options: {},
  settings: false,
  list: true,
  hosts: 'own',
  load: async () => (await import('./ls-handler.ts')).listMachines,
});
