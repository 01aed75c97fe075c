import { defineCommand } from '../../define-command.ts';
import { flagOption, textOption } from '../../option.ts';

export const composeRenderCommand = defineCommand({
  path: 'compose render',
  group: 'Configuration',
  summary: 'Print the Compose file that up would write',
  description:
    'The file works without rma. With --output it is written with the secrets that it reads, and the worker image is ' +
    'built, so that `docker compose up -d` is all that remains.',
  examples: [
    { command: 'rma compose render', does: 'print it' },
    {
      command: 'rma compose render --output ./stack',
      does: 'write it with its secrets, to run it without rma',
    },
    { command: 'rma compose render --check', does: 'exit 10 when the written file differs' },
  ],
  arguments: {},
  options: {
    output: textOption('-o, --output <DIR>', 'write compose.yaml and its secrets there'),
    check: flagOption('--check', 'compare with the file that up wrote, exit 10 when they differ'),
    refresh: flagOption('--refresh', 'ask the hub again what the model references mean'),
  },
  settings: true,
  list: false,
  load: async () => (await import('./render-handler.ts')).renderCompose,
});
