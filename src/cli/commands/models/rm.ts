import { listArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { STORE_SETTINGS } from '../../main-settings.ts';
import { flagOption, textOption } from '../../option.ts';

export const modelsRmCommand = defineCommand({
  path: 'models rm',
  group: 'Models',
  summary: 'Remove models from the store',
  description:
    'Removes models and the content that no other model uses. Refuses models that workers need. Unknown files are never removed, even in the directory of a model.',
  examples: [
    { command: 'rma models rm ollama:llava:7b --dry-run', does: 'show what would be removed' },
    { command: 'rma models rm ollama:llava:7b hf:org/repo', does: 'remove two models after a confirmation' },
    { command: 'rma models rm $(rma models ls --unused -q) --yes', does: 'remove all unused models' },
  ],
  arguments: { model: listArgument('names, references or paths, as in `rma models ls --stored`') },
  options: {
    dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker'),
    dryRun: flagOption('--dry-run', 'show what would be removed without changing anything'),
    force: flagOption('--force', 'also remove models that workers need'),
  },
  settings: true,
  mainSettings: STORE_SETTINGS,
  list: false,
  hosts: 'each',
  load: async () => (await import('./rm-handler.ts')).removeModels,
});
