import { configShowCommand } from './commands/config-show.ts';
import { helpCommand } from './commands/help.ts';
import { versionCommand } from './commands/version.ts';
import type { CommandTable } from './define-command.ts';

/** Every command of rma, in the order of help. */
export const COMMAND_TABLE: CommandTable = {
  commands: [configShowCommand, versionCommand, helpCommand],
  nouns: {
    config: 'See the settings',
  },
};
