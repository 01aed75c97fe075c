import { optionalArgument, requiredArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { repeatedOption, textOption } from '../../option.ts';

const LABEL = /^[\w./-]+=.*$/;

export const hostsAddCommand = defineCommand({
  path: 'hosts add',
  group: 'Hosts',
  summary: 'Add a host to rma.yaml',
  description:
    'Writes the host to rma.yaml, which is created if it is missing, without connecting to it. ssh uses your own configuration, keys, agent and known hosts. Without ADDRESS, the host is this machine.',
  examples: [
    {
      command: 'rma hosts add box1 ssh://admin@box1.lan --bind 10.0.0.11',
      does: 'add a machine that others reach at 10.0.0.11',
    },
    { command: 'rma hosts add box2 ssh://box2:2222 --label rack=r1', does: 'add a machine with a label' },
    { command: 'rma hosts add here', does: 'add this machine' },
  ],
  arguments: {
    name: requiredArgument('name of the host: a-z, 0-9 and -'),
    address: optionalArgument('ssh://[USER@]HOST[:PORT], or context:NAME for a Docker context'),
  },
  options: {
    bind: textOption(
      '--bind <ADDRESS>',
      'address that its ports are published on, and that the other hosts reach it by',
    ),
    label: repeatedOption('--label <KEY=VALUE>', 'label for --host and for placement', (text) =>
      LABEL.test(text) ? null : 'KEY=VALUE',
    ),
  },
  settings: false,
  list: false,
  load: async () => (await import('./add-handler.ts')).addHost,
});
