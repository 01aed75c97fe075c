import { nonEmptyListArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { STORE_SETTINGS } from '../../main-settings.ts';
import { textOption } from '../../option.ts';

const options = { dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker') };
const model = nonEmptyListArgument('names, references or paths, as in `rma cache ls`');

export const cachePinCommand = defineCommand({
  path: 'cache pin',
  group: 'Models',
  summary: 'Keep models that cache prune would remove',
  description:
    'A pin of a repository keeps all its commits. Pins apply to cache prune only; models rm ignores them.',
  examples: [
    { command: 'rma cache pin hf:org/repo ollama:llava:7b', does: 'keep two models' },
    { command: 'rma cache ls', does: 'show which models are pinned' },
  ],
  arguments: { model },
  options,
  settings: true,
  mainSettings: STORE_SETTINGS,
  list: false,
  hosts: 'each',
  load: async () => (await import('./pin-handler.ts')).pinModels,
});

export const cacheUnpinCommand = defineCommand({
  path: 'cache unpin',
  group: 'Models',
  summary: 'Allow cache prune to remove pinned models again',
  examples: [{ command: 'rma cache unpin hf:org/repo', does: 'remove a pin' }],
  arguments: { model },
  options,
  settings: true,
  mainSettings: STORE_SETTINGS,
  list: false,
  hosts: 'each',
  load: async () => (await import('./pin-handler.ts')).unpinModels,
});
