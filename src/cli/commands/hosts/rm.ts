import { requiredArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';

export const hostsRmCommand = defineCommand({
  path: 'hosts rm',
  group: 'Hosts',
  summary: 'Remove a host from rma.yaml',
  description:
    'Changes rma.yaml only: what runs on the machine keeps running. To stop it before: rma down --host NAME.',
  examples: [{ command: 'rma hosts rm box2', does: 'remove the machine from rma.yaml' }],
  arguments: { name: requiredArgument('a host of rma.yaml') },
  options: {},
  settings: false,
  list: false,
  load: async () => (await import('./rm-handler.ts')).removeHost,
});
