import { defineCommand } from '../../define-command.ts';
import { flagOption } from '../../option.ts';

export const configShowCommand = defineCommand({
  path: 'config show',
  group: 'Configuration',
  summary: 'Show the effective settings',
  description: 'Secrets are never shown; for the hub token only its source is shown.',
  examples: [
    { command: 'rma config show', does: 'show all settings' },
    { command: 'rma config show --origin', does: 'show the source of each value' },
    { command: 'rma config show --format yaml', does: 'print a complete rma.yaml' },
  ],
  arguments: {},
  options: { origin: flagOption('--origin', 'show the option, variable or line of each value') },
  settings: true,
  list: true,
  load: async () => (await import('./show-handler.ts')).showConfig,
});
