import { listArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { flagOption, textOption } from '../../option.ts';

export const modelsLsCommand = defineCommand({
  path: 'models ls',
  group: 'Models',
  summary: 'List models: what they need, and what the store holds of them',
  examples: [
    { command: 'rma models ls', does: "the project's models" },
    { command: 'rma models ls all', does: 'every model of every profile' },
    { command: 'rma models ls --catalog', does: 'what models there are, for what, with how much GPU memory' },
    { command: 'rma models ls --dest /data/models', does: 'against a store in a folder, without Docker' },
  ],
  arguments: { model: listArgument('names or references; `all`: every model; none: those of the project') },
  options: {
    dest: textOption('--dest <DIR>', 'the store is this folder on this machine; Docker is not used'),
    catalog: flagOption(
      '--catalog',
      'every model that has a name: kind, size, GPU memory, license; asks no hub',
    ),
    refresh: flagOption('--refresh', 'ask the hub again what the references mean'),
  },
  settings: true,
  list: true,
  load: async () => (await import('./ls-handler.ts')).listModels,
});
