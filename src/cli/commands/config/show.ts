import { defineCommand } from '../../define-command.ts';
import { flagOption } from '../../option.ts';

export const configShowCommand = defineCommand({
  path: 'config show',
  group: 'Configuration',
  summary: 'Show the settings in effect',
  description: 'Secrets are never shown: of the token for the hub only where it comes from.',
  examples: [
    { command: 'rma config show', does: 'every setting with its value' },
    { command: 'rma config show --origin', does: 'and where each value comes from' },
    { command: 'rma config show --format yaml', does: 'as a complete rma.yaml' },
  ],
  arguments: {},
  options: { origin: flagOption('--origin', 'name the option, variable or line that each value comes from') },
  settings: true,
  list: true,
  load: async () => (await import('./show-handler.ts')).showConfig,
});
