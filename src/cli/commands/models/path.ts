import { requiredArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { flagOption, textOption } from '../../option.ts';

export const modelsPathCommand = defineCommand({
  path: 'models path',
  group: 'Models',
  summary: 'Print where a model lies: the file, or the folder of its files',
  examples: [
    { command: 'rma models path qwen2.5-0.5b-instruct', does: 'its path inside the containers' },
    { command: 'rma models path qwen2.5-0.5b-instruct --relative', does: 'relative to the store' },
    {
      command: 'rma models path qwen2.5-0.5b-instruct --dest /data/models',
      does: 'in a store folder of this machine',
    },
  ],
  arguments: { model: requiredArgument('a name or a reference') },
  options: {
    dest: textOption('--dest <DIR>', 'the store is this folder on this machine'),
    relative: flagOption('--relative', 'relative to the store'),
    refresh: flagOption('--refresh', 'ask the hub again what the reference means'),
  },
  settings: true,
  list: false,
  load: async () => (await import('./path-handler.ts')).showModelPath,
});
