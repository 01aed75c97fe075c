import { listArgument } from '../argument.ts';
import { defineCommand } from '../define-command.ts';

export const helpCommand = defineCommand({
  path: 'help',
  group: 'About rma',
  summary: 'Show help for a command or topic',
  examples: [
    { command: 'rma help config show', does: 'show help for a command' },
    { command: 'rma help exit-codes', does: 'list the exit codes' },
    { command: 'rma help settings', does: 'list all settings with their defaults' },
  ],
  arguments: { topic: listArgument('a command, or exit-codes, environment, references, settings') },
  options: {},
  settings: false,
  list: false,
  load: async () => (await import('./help-handler.ts')).showHelp,
});
