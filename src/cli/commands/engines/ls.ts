import { defineCommand } from '../../define-command.ts';

export const enginesLsCommand = defineCommand({
  path: 'engines ls',
  group: 'Configuration',
  summary: 'List the engines, their releases and images',
  description: 'A file in engines/ next to rma.yaml overrides the built-in engine of the same name.',
  examples: [
    { command: 'rma engines ls', does: 'list all engines with the age of their releases' },
    { command: 'rma engines ls -q', does: 'print names only' },
  ],
  arguments: {},
  options: {},
  settings: true,
  list: true,
  load: async () => (await import('./ls-handler.ts')).runEnginesLs,
});
