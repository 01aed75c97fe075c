import { requiredArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { STORE_SETTINGS } from '../../main-settings.ts';
import { textOption } from '../../option.ts';

export const modelsShowCommand = defineCommand({
  path: 'models show',
  group: 'Models',
  summary: 'Show a model in the store: license, files, hashes, users',
  description:
    'Reads the store only, and contacts no hub. Parameters and context come from the headers of the files, the license from the catalog, the model card or the GGUF header.',
  examples: [
    { command: 'rma models show hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF', does: 'show a repository' },
    { command: 'rma models show llava-7b --json', does: 'show a model of the catalog as JSON' },
    { command: 'rma models show ollama:llava:7b --dest /data/models', does: 'use a store in a directory' },
  ],
  arguments: { model: requiredArgument('name, reference or path, as in `rma models ls --stored`') },
  options: { dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker') },
  settings: true,
  mainSettings: STORE_SETTINGS,
  list: false,
  hosts: 'each',
  load: async () => (await import('./show-handler.ts')).showModel,
});
