import { defineCommand } from '../../define-command.ts';
import { flagOption, textOption } from '../../option.ts';

export const composeRenderCommand = defineCommand({
  path: 'compose render',
  group: 'Configuration',
  summary: 'Print the generated Compose file',
  description:
    'The file works without rma. --output writes it together with its secrets and builds the worker image; start it ' +
    'with `docker compose up -d`.',
  examples: [
    { command: 'rma compose render', does: 'print the Compose file' },
    {
      command: 'rma compose render --output ./stack',
      does: 'write it with its secrets, to run it without rma',
    },
    { command: 'rma compose render --check', does: 'exit with 10 if the file on disk is out of date' },
  ],
  arguments: {},
  options: {
    output: textOption('-o, --output <DIR>', 'write compose.yaml and its secrets to this directory'),
    check: flagOption('--check', 'compare with the file on disk, exit with 10 if it is out of date'),
    refresh: flagOption('--refresh', 'resolve model references again'),
  },
  settings: true,
  list: false,
  hosts: 'own',
  load: async () => (await import('./render-handler.ts')).renderCompose,
});
