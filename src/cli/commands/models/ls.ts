import { listArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { HUB_COMMAND_SETTINGS } from '../../main-settings.ts';
import { flagOption, textOption } from '../../option.ts';

export const modelsLsCommand = defineCommand({
  path: 'models ls',
  group: 'Models',
  summary: 'List models and their state in the store',
  description:
    'Lists the models of the project. Without profiles, or with --stored, lists everything in the store, from rma and other programs.',
  examples: [
    { command: 'rma models ls', does: "list the project's models" },
    { command: 'rma models ls all', does: 'list the models of all profiles' },
    { command: 'rma models ls --stored', does: 'list everything in the store' },
    { command: 'rma models ls --files', does: 'list the files of the models in the store' },
    { command: 'rma models ls --service vllm-vllm', does: 'list the models of a running service' },
    { command: 'rma models ls --catalog', does: 'list the model catalog' },
    { command: 'rma models ls --dest /data/models', does: 'use a store in a directory, without Docker' },
  ],
  arguments: { model: listArgument("names, references, sets, or `all` (default: the project's models)") },
  options: {
    dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker'),
    catalog: flagOption(
      '--catalog',
      'list the model catalog: kind, size, GPU memory, license; contacts no hub',
    ),
    stored: flagOption('--stored', 'list all models in the store, also those of other programs'),
    unused: flagOption('--unused', 'list only models in the store that no worker needs'),
    service: textOption('--service <NAME>', 'list the models of this running service'),
    files: flagOption('--files', 'list the files of models in the store, with their state'),
    refresh: flagOption('--refresh', 'resolve model references again'),
  },
  settings: true,
  mainSettings: HUB_COMMAND_SETTINGS,
  list: true,
  hosts: 'each',
  load: async () => (await import('./ls-handler.ts')).listModels,
});
