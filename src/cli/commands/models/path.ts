import { requiredArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { HUB_COMMAND_SETTINGS } from '../../main-settings.ts';
import { flagOption, textOption } from '../../option.ts';

export const modelsPathCommand = defineCommand({
  path: 'models path',
  group: 'Models',
  summary: 'Print the path of a model: its file, or the directory of its files',
  examples: [
    { command: 'rma models path qwen2.5-0.5b-instruct', does: 'path inside the containers' },
    { command: 'rma models path qwen2.5-0.5b-instruct --relative', does: 'path relative to the store' },
    {
      command: 'rma models path qwen2.5-0.5b-instruct --dest /data/models',
      does: 'path in a local directory',
    },
  ],
  arguments: { model: requiredArgument('name or reference') },
  options: {
    dest: textOption('--dest <DIR>', 'use a local directory as the store'),
    relative: flagOption('--relative', 'print the path relative to the store'),
    refresh: flagOption('--refresh', 'resolve the model reference again'),
  },
  settings: true,
  mainSettings: HUB_COMMAND_SETTINGS,
  list: false,
  hosts: 'each',
  load: async () => (await import('./path-handler.ts')).showModelPath,
});
