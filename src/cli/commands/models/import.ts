import { listArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { STORE_SETTINGS } from '../../main-settings.ts';
import { flagOption, textOption } from '../../option.ts';

export const modelsImportCommand = defineCommand({
  path: 'models import',
  group: 'Models',
  summary: 'Import models that other programs have downloaded',
  description:
    'Imports models from directories of Hugging Face, Ollama, llama.cpp, LM Studio, ModelScope or another rma store. Files are verified, then hard-linked, reflinked or copied; the directories are not changed. Without DIR, lists the models in their default directories and imports nothing.',
  examples: [
    { command: 'rma models import', does: 'list what can be imported' },
    { command: 'rma models import ~/.ollama/models --dry-run', does: 'show what would be imported' },
    {
      command: 'rma models import ~/.cache/huggingface/hub --dest /data/models',
      does: 'import into a directory, without Docker',
    },
  ],
  arguments: { dir: listArgument('directories of models (default: list what can be imported)') },
  options: {
    dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker'),
    dryRun: flagOption('--dry-run', 'show what would be imported without changing anything'),
  },
  settings: true,
  mainSettings: STORE_SETTINGS,
  list: false,
  hosts: 'one',
  load: async () => (await import('./import-handler.ts')).importModels,
});
