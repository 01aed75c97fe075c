import { listArgument } from '../argument.ts';
import { defineCommand } from '../define-command.ts';

export const helpCommand = defineCommand({
  path: 'help',
  group: 'About rma',
  summary: 'Print help on a command or a topic',
  examples: [
    { command: 'rma help config show', does: 'help on a command' },
    { command: 'rma help exit-codes', does: 'what each exit code means' },
    { command: 'rma help settings', does: 'every setting with its form and default' },
  ],
  arguments: { topic: listArgument('a command, or exit-codes, environment, references, settings') },
  options: {},
  settings: false,
  list: false,
  load: async () => (await import('./help-handler.ts')).showHelp,
});
